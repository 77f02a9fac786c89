package io.hatchery.runner.direct;

import io.hatchery.runner.cgroup.CgroupTree;
import io.hatchery.runner.driver.Planner;
import io.hatchery.runner.host.ContainerFolders;
import io.hatchery.runner.host.DeviceRules;
import io.hatchery.runner.host.SupervisorProgram;
import io.hatchery.runner.plan.EarlyExitWindow;
import io.hatchery.runner.plan.NspawnPlan;
import io.hatchery.runner.plan.SetupStepLines;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Begins {@code hatchery-supervisor supervise}, in a session and in control groups of its own, so that it outlives this process. */
public final class SupervisorLauncher implements Launcher {
    private static final int SPAWN_PATIENCE_SECONDS = 10;

    private final ContainerFolders settings;
    private final CgroupTree cgroups;
    private final SupervisorProgram supervisor;
    private final Planner planner;

    /** Begins them with that program. */
    public SupervisorLauncher(
            ContainerFolders settings, CgroupTree cgroups, SupervisorProgram supervisor, Planner planner) {
        this.settings = settings;
        this.supervisor = supervisor;
        this.cgroups = cgroups;
        this.planner = planner;
    }

    @Override
    public void launch(ContainerSpec spec, long run) throws IOException {
        ContainerSpec resolved = planner.resolve(spec);
        List<Path> groups = cgroups.create(spec.name(), DeviceRules.of(resolved));
        List<Path> outside = cgroups.createOutside();
        Files.createDirectories(settings.consoles());
        NspawnPlan plan = planner.plan(resolved);
        Files.writeString(settings.directory(spec.name(), run).resolve("after"), SetupStepLines.of(plan.after()));
        Files.writeString(
                settings.directory(spec.name(), run).resolve("settle"),
                Long.toString(EarlyExitWindow.of(spec).toMillis()));
        Path console = console(spec.name());
        var arguments = new ArrayList<String>();
        arguments.add(settings.directory(spec.name(), run).toString());
        arguments.add(console.toString());
        arguments.add(Long.toString(settings.consoleBytes()));
        outside.forEach(group -> arguments.add(group.toString()));
        arguments.add("--");
        groups.forEach(group -> arguments.add(group.toString()));
        arguments.add("--");
        arguments.addAll(plan.arguments());
        var builder = new ProcessBuilder(supervisor.supervise(arguments))
                .directory(new File("/"))
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.appendTo(console.toFile()));
        builder.environment().clear();
        builder.environment().putAll(plan.environment());
        await(builder.start(), console);
    }

    /** The console's file, which the group of its owner may read. */
    private Path console(ContainerName container) throws IOException {
        Path console = settings.console(container);
        if (!Files.exists(console)) {
            Files.createFile(console);
        }
        Files.setPosixFilePermissions(console, PosixFilePermissions.fromString("rw-r-----"));
        return console;
    }

    @Override
    public void reload(ContainerSpec spec, long leader) throws IOException {
        SystemSwitch.run(planner.resolve(spec), supervisor, leader);
    }

    private static void await(Process process, Path console) throws IOException {
        try {
            if (!process.waitFor(SPAWN_PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("the supervisor cannot begin: the end of " + console + " says why");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the supervisor began");
        }
    }
}
