package io.hatchery.runner.direct;

import io.hatchery.protocol.Exit;
import io.hatchery.runner.driver.Driver;
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
 * Reads what supervisors record, as they record it, and whether they live. Reports each event once, in the order in which the events
 * happened. All calls come on one context.
 */
final class RunFolderWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(RunFolderWatcher.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(10);
    private static final Duration BEGIN_WITHIN = Duration.ofSeconds(10);

    private final HostAccess host;
    private final Driver.DriverListener listener;
    private final Map<RunKey, WatchedRun> watched = new HashMap<>();
    private boolean armed;

    private record RunKey(ContainerName container, long run) {}

    private static final class WatchedRun {
        final RunKey key;
        final RunRecord records;
        Runnable unfollow = () -> {};
        boolean isLate;
        boolean looking;
        boolean lookAgain;
        boolean leaderReported;
        boolean readyReported;

        WatchedRun(RunKey key, RunRecord records) {
            this.key = key;
            this.records = records;
        }
    }

    /** {@code leader} and {@code exit} are null if they are not known. */
    private record SeenRun(
            boolean neverBegins,
            @Nullable ProcessRef leader,
            boolean ready,
            @Nullable Exit exit,
            @Nullable String lastOutput) {}

    RunFolderWatcher(HostAccess host, Driver.DriverListener listener) {
        this.host = host;
        this.listener = listener;
    }

    /** Completes when nothing that happens to the run any more, whose folder is there, can be missed. */
    Future<Void> follow(ContainerName container, long run, RunRecord records) {
        var entry = new WatchedRun(new RunKey(container, run), records);
        forget(container, run);
        watched.put(entry.key, entry);
        return host.work()
                .begin(() -> host.folders().follow(records.folder(), () -> look(entry)))
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

    /** Reports that a run which was prevented from beginning has not begun. */
    void reportNotStarted(ContainerName container, long run, String reason) {
        forget(container, run);
        listener.happened(container, new Input.LaunchFailed(run, reason));
    }

    /** A supervisor that is killed records nothing, so each is checked at intervals. */
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
        host.work().begin(() -> see(entry.records, late)).onComplete(seen -> looked(entry, seen));
    }

    private void looked(WatchedRun entry, AsyncResult<SeenRun> seen) {
        entry.looking = false;
        if (watched.get(entry.key) != entry) {
            return;
        }
        if (seen.succeeded()) {
            report(entry, seen.result());
        } else {
            // It is looked at again before long, and until then nothing is known of it.
            LOG.error("cannot read the records of the supervisor of {}", entry.key.container, seen.cause());
        }
        if (entry.lookAgain) {
            entry.lookAgain = false;
            look(entry);
        }
    }

    private SeenRun see(RunRecord records, boolean late) throws IOException {
        // In this order nothing is missed: a supervisor that has ended recorded the exit before, and a run that was
        // ready before it exited recorded that first.
        Optional<ProcessRef> supervisor = records.supervisor();
        boolean gone = supervisor.isPresent() && !host.processes().isAlive(supervisor.get());
        Optional<ProcessRef> leader = records.leader();
        Optional<Exit> exit = records.exit();
        boolean ready = records.isReady();
        boolean neverBegins = supervisor.isEmpty() && late && exit.isEmpty();
        if (neverBegins && !records.preventBeginning()) {
            LOG.error("the supervisor that began in {} has not recorded its pid", records.folder());
        }
        if (exit.isEmpty() && gone) {
            LOG.error("the supervisor {} was killed: the exit of its container is unknown", supervisor.get());
            exit = Optional.of(new Exit(Exit.UNKNOWN, host.clock().instant()));
        }
        String lastOutput = exit.isPresent() ? records.lastOutput().orElse(null) : null;
        return new SeenRun(neverBegins, leader.orElse(null), ready, exit.orElse(null), lastOutput);
    }

    private void report(WatchedRun entry, SeenRun seen) {
        ContainerName container = entry.key.container;
        long run = entry.key.run;
        if (seen.neverBegins) {
            reportNotStarted(
                    container,
                    run,
                    "its supervisor did not begin within " + BEGIN_WITHIN.toSeconds()
                            + " s: the end of its console says why");
            return;
        }
        if (seen.leader != null && !entry.leaderReported) {
            entry.leaderReported = true;
            listener.happened(container, new Input.LeaderKnown(run, seen.leader.pid()));
        }
        if (seen.ready && !entry.readyReported) {
            entry.readyReported = true;
            listener.happened(container, new Input.Ready(run));
        }
        if (seen.exit != null) {
            forget(container, run);
            listener.happened(
                    container, new Input.Exited(run, seen.exit.status(), seen.exit.at(), seen.lastOutput, null));
        }
    }
}
