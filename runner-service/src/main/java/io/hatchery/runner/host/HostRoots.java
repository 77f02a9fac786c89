package io.hatchery.runner.host;

import io.hatchery.runner.driver.Planner;
import io.hatchery.runner.driver.Roots;
import io.hatchery.runner.files.DirectoryTrees;
import io.hatchery.runner.plan.SetupStep;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The roots on this host. */
public final class HostRoots implements Roots {
    private final ContainerFolders settings;
    private final CreatedRootRegistry created;
    private final PurgePolicy purges;
    private final Planner planner;

    /**
     * With consoles in their folder.
     *
     * @param notes folder of what is kept on the roots that Hatchery makes, over reboots
     */
    public HostRoots(ContainerFolders settings, Path notes, ContainerPolicy policy, Planner planner) {
        this.settings = settings;
        this.created = new CreatedRootRegistry(notes);
        this.purges = new PurgePolicy(policy.rootPrefixes(), created);
        this.planner = planner;
    }

    @Override
    public void check(ContainerSpec spec, Expected expected) throws IOException {
        Kernel.ofThisHost().check(spec);
        for (var bind : spec.bindMounts()) {
            if (!Files.exists(Path.of(bind.hostPath())) && !expected.holds(bind.hostPath())) {
                throw new IOException("bindMounts." + bind.mountPoint() + ": the host has no " + bind.hostPath());
            }
        }
        Path root = Path.of(spec.root());
        if (!(spec.payload() instanceof Payload.SystemPath)
                && !Files.isDirectory(root)
                && !expected.holds(spec.root())) {
            throw new IOException("root: the host has no directory " + root + ", which the container is to run from");
        }
        if (spec.payload() instanceof Payload.SystemPath && !expected.holds(spec.root())) {
            created.note(root); // the preparation of the container makes it
        }
    }

    @Override
    public void prepare(ContainerSpec spec) throws IOException {
        check(spec, path -> false);
        ContainerSpec resolved = planner.resolve(spec);
        new HostSteps(Path.of(resolved.root())).perform(planner.plan(resolved).before());
    }

    @Override
    public void removeAbandonedCopies(String root) throws IOException {
        EphemeralRootCopies.removeAbandoned(Path.of(root));
    }

    @Override
    public void removeForwards(List<SetupStep.RemoveForward> forwards) throws IOException {
        for (SetupStep.RemoveForward forward : forwards) {
            PortForwards.remove(forward);
        }
    }

    @Override
    public void removeConsole(ContainerName container) throws IOException {
        Files.deleteIfExists(settings.console(container));
        Files.deleteIfExists(Path.of(settings.console(container) + ".1"));
        Files.deleteIfExists(Path.of(settings.console(container) + ".lines"));
    }

    @Override
    public void purge(String root) throws IOException {
        DirectoryTrees.deleteRoot(purges.checked(Path.of(root)));
        created.forget(Path.of(root));
    }
}
