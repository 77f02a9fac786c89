package io.hatchery.runner.nspawn;

import io.hatchery.protocol.Exit;
import io.hatchery.runner.lifecycle.Input;
import io.hatchery.runner.process.ProcessRef;
import io.hatchery.spec.ContainerName;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees what the shims write down, as it is written (inotify(7)), and whether they live. Tells each thing once, in the order in
 * which it must have happened.
 */
final class RunWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunWatch.class);
    private static final long LOOK_EVERY_SECONDS = 2;
    private static final Duration BEGIN_WITHIN = Duration.ofSeconds(10);
    /** A status nobody can know: what systemd calls EXIT_EXCEPTION. */
    private static final int UNKNOWN_STATUS = 255;

    private final WatchService files;
    private final BiConsumer<ContainerName, Input> tell;
    private final Map<WatchKey, Watched> watched = new ConcurrentHashMap<>();

    private static final class Watched {
        final ContainerName container;
        final long run;
        final RunDirectory directory;
        final Instant since = Instant.now();
        boolean toldLeader;
        boolean toldReady;
        boolean toldExit;

        Watched(ContainerName container, long run, RunDirectory directory) {
            this.container = container;
            this.run = run;
            this.directory = directory;
        }
    }

    /**
     * @param tell is called on a thread of this watch
     */
    RunWatch(BiConsumer<ContainerName, Input> tell) throws IOException {
        this.tell = tell;
        this.files = FileSystems.getDefault().newWatchService();
        Thread.ofPlatform().daemon().name("hatchery-run-watch").start(this::watch);
    }

    void follow(ContainerName container, long run, RunDirectory directory) throws IOException {
        var entry = new Watched(container, run, directory);
        WatchKey key = directory.path().register(files, StandardWatchEventKinds.ENTRY_CREATE);
        watched.put(key, entry);
        look(key, entry);
    }

    void forget(ContainerName container, long run) {
        watched.entrySet().removeIf(entry -> {
            boolean same = entry.getValue().container.equals(container) && entry.getValue().run == run;
            if (same) {
                entry.getKey().cancel();
            }
            return same;
        });
    }

    /** Tells that a run which was prevented from beginning has not. */
    void tellNotStarted(ContainerName container, long run, String reason) {
        forget(container, run);
        tell.accept(container, new Input.NotStarted(run, reason));
    }

    private void watch() {
        Instant lookedAtAll = Instant.now();
        try {
            while (true) {
                WatchKey key = files.poll(LOOK_EVERY_SECONDS, TimeUnit.SECONDS);
                if (key != null) {
                    key.pollEvents();
                    key.reset();
                    Watched entry = watched.get(key);
                    if (entry != null) {
                        look(key, entry);
                    }
                }
                if (Duration.between(lookedAtAll, Instant.now()).toSeconds() >= LOOK_EVERY_SECONDS) {
                    watched.forEach(this::lookForDeath);
                    lookedAtAll = Instant.now();
                }
            }
        } catch (ClosedWatchServiceException e) {
            LOG.debug("the watch is closed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(WatchKey key, Watched entry) {
        synchronized (entry) {
            try {
                Optional<ProcessRef> leader = entry.directory.leader();
                if (leader.isPresent() && !entry.toldLeader) {
                    entry.toldLeader = true;
                    tell.accept(
                            entry.container,
                            new Input.LeaderKnown(entry.run, leader.get().pid()));
                }
                // The exit is read before the readiness is looked for: who has ended and was ready, was ready first.
                Optional<Exit> exit = entry.directory.exit();
                if (entry.directory.isReady() && !entry.toldReady) {
                    entry.toldReady = true;
                    tell.accept(entry.container, new Input.Ready(entry.run));
                }
                exit.ifPresent(ended -> tellExit(key, entry, ended));
            } catch (IOException | IllegalArgumentException e) {
                LOG.error("cannot read what the shim of {} wrote in {}", entry.container, entry.directory.path(), e);
            }
        }
    }

    private void tellExit(WatchKey key, Watched entry, Exit exit) {
        if (!entry.toldExit) {
            entry.toldExit = true;
            watched.remove(key);
            key.cancel();
            tell.accept(entry.container, new Input.Exited(entry.run, exit.status(), exit.at()));
        }
    }

    private void lookForDeath(WatchKey key, Watched entry) {
        look(key, entry);
        synchronized (entry) {
            try {
                Optional<ProcessRef> shim = entry.directory.shim();
                if (entry.toldExit
                        || shim.isPresent() && shim.get().isAlive()
                        || entry.directory.exit().isPresent()) {
                    return;
                }
                if (shim.isPresent()) {
                    LOG.error("the shim of {} was killed: how its container ends cannot be known", entry.container);
                    tellExit(key, entry, new Exit(UNKNOWN_STATUS, Instant.now()));
                } else if (Duration.between(entry.since, Instant.now()).compareTo(BEGIN_WITHIN) > 0
                        && entry.directory.preventBeginning()) {
                    watched.remove(key);
                    key.cancel();
                    tell.accept(
                            entry.container,
                            new Input.NotStarted(
                                    entry.run,
                                    "its shim did not begin: is perl installed? (apt-get install perl-base)"));
                }
            } catch (IOException e) {
                LOG.error("cannot look after {}", entry.container, e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        files.close();
    }
}
