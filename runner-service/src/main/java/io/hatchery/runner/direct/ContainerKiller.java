package io.hatchery.runner.direct;

import io.hatchery.runner.context.GrowingPause;
import io.hatchery.runner.context.RepeatedAttempt;
import io.hatchery.runner.process.ProcessGroup;
import io.hatchery.runner.process.ProcessRef;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Signal;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Kills every process of a run, also those that its supervisor is about to begin, and waits until they have ended. */
final class ContainerKiller {
    private static final GrowingPause PAUSES = new GrowingPause(Duration.ofMillis(1), Duration.ofMillis(50));
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration NAMELESS_PATIENCE = Duration.ofSeconds(1);
    private static final Duration SUPERVISOR_PATIENCE = Duration.ofSeconds(1);

    private final HostAccess host;
    private final RepeatedAttempt polling;

    ContainerKiller(HostAccess host) {
        this.host = host;
        this.polling = new RepeatedAttempt(host.timers(), PAUSES);
    }

    /** Fails, with the processes that are left, if they do not all end. */
    Future<Void> all(ContainerName container, RunRecord run) {
        return polling.<Boolean>poll(waited -> host.work().begin(() -> {
                    String left = killNow(container, run, waited);
                    if (left != null && waited.compareTo(PATIENCE) > 0) {
                        throw new IOException(left);
                    }
                    return left == null ? Optional.of(true) : Optional.empty();
                }))
                .mapEmpty();
    }

    /** A message about the processes that are left; null if none. */
    private @Nullable String killNow(ContainerName container, RunRecord run, Duration waited) throws IOException {
        // In this order: a process that joins the group after it is read has a supervisor that was alive before.
        boolean toCome = mayGoOn(run, waited);
        if (host.cgroups().processes(container).isEmpty()) {
            return toCome ? "its supervisor does not end" : null;
        }
        host.cgroups().kill(container);
        // Without cgroup.kill, and for what it may have missed in another hierarchy: until no process is left to fork.
        List<ProcessRef> left =
                ProcessGroup.of(host.processes(), () -> host.cgroups().processes(container));
        for (ProcessRef process : left) {
            host.processes().send(process, Signal.KILL);
        }
        return "processes " + left.stream().map(ProcessRef::pid).toList() + " do not die";
    }

    /** Whether a supervisor holds the run and has yet to record its exit. One that has not recorded its pid is given a moment. */
    private boolean mayGoOn(RunRecord run, Duration waited) throws IOException {
        Optional<ProcessRef> supervisor = run.supervisor();
        if (run.preventBeginning() || run.exit().isPresent()) {
            return false;
        }
        return supervisor.isPresent()
                ? host.processes().isAlive(supervisor.get())
                : waited.compareTo(NAMELESS_PATIENCE) < 0;
    }

    /** A supervisor ends by itself once it has recorded the exit; its group cannot be removed before. */
    Future<Void> awaitSupervisor(RunRecord run) {
        return polling.<Boolean>poll(waited -> host.work().begin(() -> {
                    boolean alive =
                            run.supervisor().filter(host.processes()::isAlive).isPresent();
                    return alive && waited.compareTo(SUPERVISOR_PATIENCE) < 0 ? Optional.empty() : Optional.of(true);
                }))
                .mapEmpty();
    }
}
