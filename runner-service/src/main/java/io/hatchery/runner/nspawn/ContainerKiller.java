package io.hatchery.runner.nspawn;

import io.hatchery.runner.process.ProcessGroup;
import io.hatchery.runner.process.ProcessRef;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Signal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Ends every process of a run, the ones that its shim is about to make included, and looks that they have ended. */
final class ContainerKiller {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration NAMELESS_PATIENCE = Duration.ofSeconds(1);
    private static final Duration SHIM_PATIENCE = Duration.ofSeconds(1);

    private final DirectDriver.HostAccess host;

    ContainerKiller(DirectDriver.HostAccess host) {
        this.host = host;
    }

    /** Fails, with who is left, if they do not all end. */
    Future<Void> all(ContainerName container, RunDirectory run) {
        return killAndAwait(container, run, FIRST_PAUSE, Duration.ZERO);
    }

    private Future<Void> killAndAwait(ContainerName container, RunDirectory run, Duration pause, Duration waited) {
        return host.work().begin(() -> killNow(container, run, waited)).compose(left -> {
            if (left == null) {
                return Future.succeededFuture();
            }
            if (waited.compareTo(PATIENCE) > 0) {
                return Future.failedFuture(new IOException(left));
            }
            return after(pause).compose(x -> killAndAwait(container, run, longer(pause), waited.plus(pause)));
        });
    }

    /** Who is still to end, in words; null if nobody is. */
    private @Nullable String killNow(ContainerName container, RunDirectory run, Duration waited) throws IOException {
        // In this order: who is not yet in the group when that is looked at has a shim that was alive before.
        boolean toCome = mayGoOn(run, waited);
        if (host.cgroups().processes(container).isEmpty()) {
            return toCome ? "its shim does not end" : null;
        }
        host.cgroups().kill(container);
        // Without cgroup.kill, and for what it may have missed in another hierarchy: until nobody is left to fork.
        List<ProcessRef> left =
                ProcessGroup.of(host.processes(), () -> host.cgroups().processes(container));
        for (ProcessRef process : left) {
            host.processes().send(process, Signal.KILL);
        }
        return "processes " + left.stream().map(ProcessRef::pid).toList() + " do not die";
    }

    /** Whether a shim holds the run and has yet to say how it ended; one that does not say who it is has not for a while. */
    private boolean mayGoOn(RunDirectory run, Duration waited) throws IOException {
        Optional<ProcessRef> shim = run.shim();
        if (run.preventBeginning() || run.exit().isPresent()) {
            return false;
        }
        return shim.isPresent() ? host.processes().isAlive(shim.get()) : waited.compareTo(NAMELESS_PATIENCE) < 0;
    }

    /** A shim ends by itself once it has noted the exit; its group cannot be removed before. */
    Future<Void> shim(RunDirectory run) {
        return awaitShim(run, FIRST_PAUSE, Duration.ZERO);
    }

    private Future<Void> awaitShim(RunDirectory run, Duration pause, Duration waited) {
        return host.work()
                .begin(() -> run.shim().filter(host.processes()::isAlive).isPresent())
                .compose(alive -> alive && waited.compareTo(SHIM_PATIENCE) < 0
                        ? after(pause).compose(x -> awaitShim(run, longer(pause), waited.plus(pause)))
                        : Future.succeededFuture());
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }

    private Future<Void> after(Duration pause) {
        Promise<Void> over = Promise.promise();
        Runnable _ = host.timers().later(pause, over::complete);
        return over.future();
    }
}
