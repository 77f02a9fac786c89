package io.hatchery.runner.nspawn;

import io.hatchery.protocol.Exit;
import io.hatchery.runner.cgroup.CgroupTree;
import io.hatchery.runner.lifecycle.ContainerState.Removal;
import io.hatchery.runner.lifecycle.Observation;
import io.hatchery.runner.process.Leaders;
import io.hatchery.runner.process.ProcessRef;
import io.hatchery.runner.process.Signals;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import io.hatchery.spec.Signal;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs systemd-nspawn by itself, in control groups of its own making: for hosts whose PID 1 is not systemd. Each run is held by a
 * shim process ({@code shim.pl}) that outlives this one.
 */
public final class DirectDriver implements Driver, AutoCloseable {
    private static final int SPAWN_PATIENCE_SECONDS = 10;
    private static final long EMPTY_PATIENCE_MILLIS = 10_000;
    private static final long SHIM_PATIENCE_MILLIS = 1_000;
    private static final long INIT = 1;
    private static final long BEHIND_STUB_INIT = 2;

    private final Vertx vertx;
    private final DirectSettings settings;
    private final CgroupTree cgroups;
    private final RunWatch watch;
    private final Path shim;

    /**
     * @param listener is called on the context that is current here
     * @throws IOException if the runtime folder cannot be made ready
     */
    public DirectDriver(Vertx vertx, DirectSettings settings, CgroupTree cgroups, Listener listener)
            throws IOException {
        this.vertx = vertx;
        this.settings = settings;
        this.cgroups = cgroups;
        this.shim = settings.installShim();
        Context context = vertx.getOrCreateContext();
        this.watch =
                new RunWatch((container, input) -> context.runOnContext(told -> listener.happened(container, input)));
    }

    @Override
    public String name() {
        return "direct";
    }

    private <T> Future<T> blocking(Callable<T> work) {
        return vertx.executeBlocking(work, false);
    }

    private RunDirectory directory(ContainerName container, long run) {
        return new RunDirectory(settings.directory(container).resolve(Long.toString(run)));
    }

    @Override
    public Future<Void> prepare(ContainerSpec spec) {
        return blocking(() -> {
            for (var bind : spec.bindMounts()) {
                if (!Files.exists(Path.of(bind.hostPath()))) {
                    throw new IOException("bindMounts." + bind.mountPoint() + ": the host has no " + bind.hostPath());
                }
            }
            Path root = Path.of(spec.root());
            if (!(spec.payload() instanceof Payload.SystemPath) && !Files.isDirectory(root)) {
                throw new IOException(
                        "root: the host has no directory " + root + ", which the container is to run from");
            }
            RootPreparation.prepare(root);
            return null;
        });
    }

    @Override
    public Future<Void> spawn(ContainerSpec spec, long run) {
        return blocking(() -> {
            RunDirectory directory = directory(spec.name(), run);
            var left = cgroups.processes(spec.name());
            if (!left.isEmpty()) {
                throw new IOException("processes " + left + " of an earlier container of its name are still there");
            }
            // Each run has its number once: what is there was left by a container of this name that could not be
            // removed.
            Trees.delete(directory.path());
            Files.createDirectories(directory.path());
            List<Path> groups = cgroups.create(spec.name());
            Files.createDirectories(settings.consoles());
            if (spec.ephemeral()) {
                directory.noteCopied(Path.of(spec.root()));
            }
            watch.follow(spec.name(), run, directory);
            begin(spec, directory, groups, cgroups.createOutside());
            return null;
        });
    }

    private void begin(ContainerSpec spec, RunDirectory directory, List<Path> groups, List<Path> outside)
            throws IOException, InterruptedException {
        NspawnPlan plan = NspawnPlan.of(resolved(spec), facts(spec.name()));
        var command = new ArrayList<>(List.of("/usr/bin/setsid", "--fork", "/usr/bin/perl", shim.toString()));
        command.add(directory.path().toString());
        command.add(settings.console(spec.name()).toString());
        command.add(Long.toString(settings.consoleBytes()));
        outside.forEach(group -> command.add(group.toString()));
        command.add("--");
        groups.forEach(group -> command.add(group.toString()));
        command.add("--");
        command.addAll(plan.arguments());
        var builder = new ProcessBuilder(command)
                .directory(new File("/"))
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        settings.console(spec.name()).toFile()));
        builder.environment().clear();
        builder.environment().putAll(plan.environment());
        Process process = builder.start();
        if (!process.waitFor(SPAWN_PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("setsid could not begin the shim, see " + settings.console(spec.name()));
        }
    }

    /** A profile link is resolved once, at the start, so that the run has one system even when the link moves on. */
    private static ContainerSpec resolved(ContainerSpec spec) throws IOException {
        if (!(spec.payload() instanceof Payload.SystemPath(String path))) {
            return spec;
        }
        Path system = Path.of(path);
        if (!Files.exists(system.resolve("init"))) {
            throw new IOException("path: there is no " + path + "/init on this host");
        }
        String real = system.toRealPath().toString();
        return spec.withPayload(new Payload.SystemPath(real));
    }

    private HostFacts facts(ContainerName name) {
        boolean unified = cgroups.layout().mode() == io.hatchery.runner.cgroup.CgroupLayout.Mode.V2;
        return new HostFacts(
                unified,
                Stream.concat(
                                NspawnPlan.NIX_READ_ONLY.stream(),
                                Stream.of(NspawnPlan.profiles(name), NspawnPlan.gcRoots(name)))
                        .filter(path -> Files.exists(Path.of(path)))
                        .collect(Collectors.toSet()));
    }

    @Override
    public Future<Observation> observe(ContainerName container, long run) {
        return blocking(() -> {
            RunDirectory directory = directory(container, run);
            if (directory.preventBeginning()) {
                return new Observation(false, null, false, null);
            }
            Optional<ProcessRef> leader = directory.leader();
            Exit exit = directory.exit().orElse(null);
            boolean ready = directory.isReady();
            if (exit == null) {
                watch.follow(container, run, directory);
            }
            return new Observation(true, leader.map(ProcessRef::pid).orElse(null), ready, exit);
        });
    }

    @Override
    public Future<Void> signalLeader(ContainerSpec spec, long run) {
        return blocking(() -> {
            if (directory(spec.name(), run).preventBeginning()) {
                watch.tellNotStarted(spec.name(), run, "it was stopped before it began");
                return null;
            }
            long inner = spec.payload() instanceof Payload.Program ? BEHIND_STUB_INIT : INIT;
            Optional<ProcessRef> leader = Leaders.find(cgroups.payload(spec.name()), inner);
            if (leader.isEmpty() && directory(spec.name(), run).exit().isEmpty()) {
                throw new IOException("its init cannot be found in its control group");
            }
            if (leader.isPresent()) {
                Signals.send(leader.get(), spec.killSignal());
            }
            return null;
        });
    }

    @Override
    public Future<Void> terminateSupervisor(ContainerName container, long run) {
        return blocking(() -> {
            for (long pid : cgroups.supervisor(container)) {
                Optional<ProcessRef> supervisor = ProcessRef.of(pid);
                if (supervisor.isPresent()) {
                    Signals.send(supervisor.get(), Signal.TERM);
                }
            }
            return null;
        });
    }

    @Override
    public Future<Void> kill(ContainerName container, long run) {
        return blocking(() -> {
            if (directory(container, run).preventBeginning()) {
                watch.tellNotStarted(container, run, "it was killed before it began");
            } else {
                killAll(container);
            }
            return null;
        });
    }

    private void killAll(ContainerName container) throws IOException {
        Path killFile = cgroups.killFile(container);
        if (killFile != null) {
            Files.writeString(killFile, "1");
        }
        // Without cgroup.kill, and for what it may have missed in another hierarchy: until nobody is left to fork.
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(EMPTY_PATIENCE_MILLIS);
        for (var left = cgroups.processes(container); !left.isEmpty(); left = cgroups.processes(container)) {
            for (long pid : left) {
                Optional<ProcessRef> process = ProcessRef.of(pid);
                if (process.isPresent()) {
                    Signals.send(process.get(), Signal.KILL);
                }
            }
            if (System.nanoTime() > until) {
                throw new IOException("processes " + left + " do not die");
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public Future<Void> cleanUp(ContainerName container, long run) {
        return blocking(() -> {
            watch.forget(container, run);
            directory(container, run).preventBeginning();
            killAll(container);
            awaitShim(directory(container, run));
            Optional<Path> copied = directory(container, run).copied();
            if (copied.isPresent()) {
                EphemeralCopies.removeAbandoned(copied.get());
            }
            cgroups.remove(container);
            if (cgroups.exists(container)) {
                throw new IOException("its control group cannot be removed");
            }
            Trees.delete(directory(container, run).path());
            return null;
        });
    }

    /** It ends by itself once it has noted the exit; its group cannot be removed before. */
    private static void awaitShim(RunDirectory directory) throws IOException {
        Optional<ProcessRef> shim = directory.shim();
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SHIM_PATIENCE_MILLIS);
        while (shim.isPresent() && shim.get().isAlive() && System.nanoTime() < until) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    @Override
    public Future<Void> remove(ContainerName container, Removal removal) {
        return blocking(() -> {
            cgroups.remove(container);
            deleteRuns(settings.directory(container));
            Files.deleteIfExists(settings.console(container));
            Files.deleteIfExists(Path.of(settings.console(container) + ".1"));
            if (removal.purge()) {
                Trees.deleteRoot(Path.of(removal.root()));
            }
            return null;
        });
    }

    /** Runs are counted anew for a container of the same name, and must not find what an old one left. */
    private static void deleteRuns(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path run : entries.filter(Files::isDirectory).toList()) {
                Trees.delete(run);
            }
        }
    }

    @Override
    public void close() throws IOException {
        watch.close();
    }
}
