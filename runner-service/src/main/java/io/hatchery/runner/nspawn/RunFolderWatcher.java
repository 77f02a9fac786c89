package io.hatchery.runner.nspawn;

import io.hatchery.protocol.Exit;
import io.hatchery.runner.lifecycle.Input;
import io.hatchery.runner.process.ProcessRef;
import io.hatchery.spec.ContainerName;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees what the shims write down, as it is written, and whether they live. Tells each thing once, in the order in which it must
 * have happened. All calls come on one context.
 */
final class RunFolderWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(RunFolderWatcher.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(10);
    private static final Duration BEGIN_WITHIN = Duration.ofSeconds(10);

    private final DirectDriver.HostAccess host;
    private final Driver.DriverListener tell;
    private final Map<RunKey, WatchedRun> watched = new HashMap<>();
    private boolean armed;

    private record RunKey(ContainerName container, long run) {}

    private static final class WatchedRun {
        final RunKey key;
        final RunDirectory directory;
        Runnable unfollow = () -> {};
        boolean isLate;
        boolean looking;
        boolean lookAgain;
        boolean toldLeader;
        boolean toldReady;

        WatchedRun(RunKey key, RunDirectory directory) {
            this.key = key;
            this.directory = directory;
        }
    }

    /** {@code leader} and {@code exit} are null if they are not known. */
    private record SeenRun(
            boolean neverBegins,
            @Nullable ProcessRef leader,
            boolean ready,
            @Nullable Exit exit,
            @Nullable String said) {}

    RunFolderWatcher(DirectDriver.HostAccess host, Driver.DriverListener tell) {
        this.host = host;
        this.tell = tell;
    }

    /** Completes when nothing that happens to the run any more, whose folder is there, can be missed. */
    Future<Void> follow(ContainerName container, long run, RunDirectory directory) {
        var entry = new WatchedRun(new RunKey(container, run), directory);
        forget(container, run);
        watched.put(entry.key, entry);
        return host.work()
                .begin(() -> host.folders().follow(directory.folder(), () -> look(entry)))
                .map(unfollow -> {
                    entry.unfollow = unfollow;
                    if (watched.get(entry.key) != entry) {
                        unfollow.run();
                        return null;
                    }
                    Runnable _ = host.timers().later(BEGIN_WITHIN, () -> {
                        entry.isLate = true;
                        look(entry);
                    });
                    look(entry);
                    arm();
                    return null;
                });
    }

    void forget(ContainerName container, long run) {
        WatchedRun entry = watched.remove(new RunKey(container, run));
        if (entry != null) {
            entry.unfollow.run();
        }
    }

    /** Tells that a run which was prevented from beginning has not. */
    void tellNotStarted(ContainerName container, long run, String reason) {
        forget(container, run);
        tell.happened(container, new Input.LaunchFailed(run, reason));
    }

    /** A shim that is killed writes nothing, so each is looked for at times. */
    private void arm() {
        if (!armed && !watched.isEmpty()) {
            armed = true;
            Runnable _ = host.timers().later(LOOK_EVERY, () -> {
                armed = false;
                List.copyOf(watched.values()).forEach(this::look);
                arm();
            });
        }
    }

    private void look(WatchedRun entry) {
        if (watched.get(entry.key) != entry) {
            return;
        }
        if (entry.looking) {
            entry.lookAgain = true;
            return;
        }
        entry.looking = true;
        boolean late = entry.isLate;
        host.work().begin(() -> see(entry.directory, late)).onComplete(seen -> looked(entry, seen));
    }

    private void looked(WatchedRun entry, AsyncResult<SeenRun> seen) {
        entry.looking = false;
        if (watched.get(entry.key) != entry) {
            return;
        }
        if (seen.succeeded()) {
            tell(entry, seen.result());
        } else {
            // It is looked at again before long, and until then nothing is known of it.
            LOG.error("cannot read what the shim of {} wrote", entry.key.container, seen.cause());
        }
        if (entry.lookAgain) {
            entry.lookAgain = false;
            look(entry);
        }
    }

    private SeenRun see(RunDirectory directory, boolean late) throws IOException {
        // In this order, each may have come true since the one before was looked at, and none can have been missed: a
        // shim that has
        // ended had noted the exit, and who has ended and was ready, was ready first.
        Optional<ProcessRef> shim = directory.shim();
        boolean gone = shim.isPresent() && !host.processes().isAlive(shim.get());
        Optional<ProcessRef> leader = directory.leader();
        Optional<Exit> exit = directory.exit();
        boolean ready = directory.isReady();
        boolean neverBegins = shim.isEmpty() && late && exit.isEmpty();
        if (neverBegins && !directory.preventBeginning()) {
            LOG.error("the shim that began in {} has not said which process it is", directory.folder());
        }
        if (exit.isEmpty() && gone) {
            LOG.error("the shim {} was killed: how its container ends cannot be known", shim.get());
            exit = Optional.of(new Exit(Exit.UNKNOWN, host.clock().instant()));
        }
        String said = exit.isPresent() ? directory.said().orElse(null) : null;
        return new SeenRun(neverBegins, leader.orElse(null), ready, exit.orElse(null), said);
    }

    private void tell(WatchedRun entry, SeenRun seen) {
        ContainerName container = entry.key.container;
        long run = entry.key.run;
        if (seen.neverBegins) {
            tellNotStarted(
                    container,
                    run,
                    "its supervisor did not begin within " + BEGIN_WITHIN.toSeconds()
                            + " s: the end of its console says why");
            return;
        }
        if (seen.leader != null && !entry.toldLeader) {
            entry.toldLeader = true;
            tell.happened(container, new Input.LeaderKnown(run, seen.leader.pid()));
        }
        if (seen.ready && !entry.toldReady) {
            entry.toldReady = true;
            tell.happened(container, new Input.Ready(run));
        }
        if (seen.exit != null) {
            forget(container, run);
            tell.happened(container, new Input.Exited(run, seen.exit.status(), seen.exit.at(), seen.said, null));
        }
    }
}
