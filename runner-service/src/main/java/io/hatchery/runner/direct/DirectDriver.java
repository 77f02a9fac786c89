package io.hatchery.runner.direct;

import io.hatchery.protocol.Exit;
import io.hatchery.runner.driver.Driver;
import io.hatchery.runner.driver.LastRun;
import io.hatchery.runner.lifecycle.Observation;
import io.hatchery.runner.lifecycle.Removal;
import io.hatchery.runner.plan.NetworkPlan;
import io.hatchery.runner.process.LeaderFinder;
import io.hatchery.runner.process.ProcessGroup;
import io.hatchery.runner.process.ProcessRef;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import io.hatchery.spec.Signal;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.Optional;

/**
 * Runs systemd-nspawn by itself, in control groups of its own making: for hosts whose PID 1 is not systemd. Each run is held by a
 * supervisor ({@code hatchery-supervisor supervise}) that outlives this one.
 */
public final class DirectDriver implements Driver {
    private static final long INIT = 1;
    private static final long BEHIND_STUB_INIT = 2;

    private final HostAccess host;
    private final RunFolderWatcher watch;
    private final ContainerKiller killing;

    /**
     * @param listener is called on the context that is current here
     */
    public DirectDriver(HostAccess host, DriverListener listener) {
        this.host = host;
        this.watch = new RunFolderWatcher(host, listener);
        this.killing = new ContainerKiller(host);
    }

    @Override
    public String name() {
        return "direct";
    }

    private interface DirectTask {
        void run() throws IOException;
    }

    private Future<Void> work(DirectTask task) {
        return host.work().begin(() -> {
            task.run();
            return null;
        });
    }

    private RunRecord records(ContainerName container, long run) {
        return new RunRecord(host.folders().of(container, run));
    }

    @Override
    public Future<Void> define(ContainerSpec spec) {
        return work(() -> refuse(spec)); // nothing of it shows on the host before it runs
    }

    @Override
    public Future<Void> adopt(ContainerSpec spec, long run) {
        return Future.failedFuture("only a runner starts containers of the direct driver");
    }

    @Override
    public Future<Void> prepare(ContainerSpec spec) {
        return work(() -> {
            refuse(spec);
            host.roots().prepare(spec);
        });
    }

    private static void refuse(ContainerSpec spec) throws IOException {
        if (spec.limits() != null) {
            throw new IOException("limits: the direct driver cannot limit a container: take them out");
        }
    }

    @Override
    public Future<Void> spawn(ContainerSpec spec, long run) {
        RunRecord records = records(spec.name(), run);
        return work(() -> begin(spec, records))
                .compose(made -> watch.follow(spec.name(), run, records))
                .compose(followed -> work(() -> host.launcher().launch(spec, run)));
    }

    private void begin(ContainerSpec spec, RunRecord records) throws IOException {
        var left = host.cgroups().processes(spec.name());
        if (!left.isEmpty()) {
            throw new IOException("processes " + left + " of an earlier container of its name are still there");
        }
        // Each run has its number once: what is there was left by a container of this name that could not be removed.
        records.folder().delete();
        records.folder().make();
        LastRun.note(records.folder(), spec);
        if (spec.ephemeral()) {
            records.noteCopied(spec.root());
        }
        if (spec.network() != null && !spec.network().forwardPorts().isEmpty()) {
            records.noteForwards(new NetworkPlan(spec.name(), spec.network()).forwards());
        }
    }

    @Override
    public Future<Optional<LastRun>> lastRun(ContainerName container) {
        return host.work().begin(() -> LastRun.find(host.folders(), container));
    }

    @Override
    public Future<Observation> observe(ContainerName container, long run) {
        RunRecord records = records(container, run);
        return host.work()
                .begin(() -> look(records))
                .compose(seen -> seen.spawned() && seen.exit() == null
                        ? watch.follow(container, run, records).map(seen)
                        : Future.succeededFuture(seen));
    }

    private static Observation look(RunRecord records) throws IOException {
        if (records.preventBeginning()) {
            return new Observation(false, null, false, null);
        }
        Optional<ProcessRef> leader = records.leader();
        // Before the readiness: who has ended and was ready, was ready first.
        Exit exit = records.exit().orElse(null);
        String lastOutput = exit == null ? null : records.lastOutput().orElse(null);
        return new Observation(true, leader.map(ProcessRef::pid).orElse(null), records.isReady(), exit, lastOutput);
    }

    @Override
    public Future<Void> reload(ContainerSpec spec, long run) {
        return work(() -> {
            Optional<ProcessRef> leader = leader(spec);
            if (leader.isEmpty()) {
                throw new IOException("its init cannot be found in its control group");
            }
            host.launcher().reload(spec, leader.get().pid());
            LastRun.note(host.folders().of(spec.name(), run), spec);
        });
    }

    @Override
    public Future<Void> signalLeader(ContainerSpec spec, long run) {
        RunRecord records = records(spec.name(), run);
        return host.work().begin(records::preventBeginning).compose(prevented -> {
            if (prevented) {
                watch.reportNotStarted(spec.name(), run, "it was stopped before it began");
                return Future.succeededFuture();
            }
            return work(() -> signal(spec, records));
        });
    }

    private void signal(ContainerSpec spec, RunRecord records) throws IOException {
        Optional<ProcessRef> leader = leader(spec);
        if (leader.isEmpty() && records.exit().isEmpty()) {
            throw new IOException("its init cannot be found in its control group");
        }
        if (leader.isPresent()) {
            host.processes().send(leader.get(), spec.killSignal());
        }
    }

    private Optional<ProcessRef> leader(ContainerSpec spec) throws IOException {
        long inner = spec.payload() instanceof Payload.Program ? BEHIND_STUB_INIT : INIT;
        var payload = ProcessGroup.of(host.processes(), () -> host.cgroups().payload(spec.name()));
        return LeaderFinder.find(host.processes(), payload, inner);
    }

    @Override
    public Future<Void> terminateSupervisor(ContainerName container, long run) {
        return work(() -> {
            for (ProcessRef supervisor :
                    ProcessGroup.of(host.processes(), () -> host.cgroups().supervisor(container))) {
                host.processes().send(supervisor, Signal.TERM);
            }
        });
    }

    @Override
    public Future<Void> kill(ContainerName container, long run) {
        RunRecord records = records(container, run);
        return host.work().begin(records::preventBeginning).compose(prevented -> {
            if (prevented) {
                watch.reportNotStarted(container, run, "it was killed before it began");
                return Future.succeededFuture();
            }
            return killing.all(container, records);
        });
    }

    @Override
    public Future<Void> cleanUp(ContainerName container, long run) {
        RunRecord records = records(container, run);
        watch.forget(container, run);
        return killing.all(container, records)
                .compose(killed -> killing.awaitSupervisor(records))
                .compose(ended -> work(() -> {
                    Optional<String> copied = records.copied();
                    if (copied.isPresent()) {
                        host.roots().removeAbandonedCopies(copied.get());
                    }
                    host.roots().removeForwards(records.forwards());
                    host.cgroups().remove(container);
                    if (host.cgroups().exists(container)) {
                        throw new IOException("its control group cannot be removed");
                    }
                    records.folder().delete();
                }));
    }

    @Override
    public Future<Void> remove(ContainerName container, Removal removal) {
        return work(() -> {
            host.cgroups().remove(container);
            host.folders().deleteAll(container);
            host.roots().removeConsole(container);
            if (removal.purge()) {
                host.roots().purge(removal.root());
            }
        });
    }
}
