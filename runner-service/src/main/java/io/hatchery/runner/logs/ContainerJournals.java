package io.hatchery.runner.logs;

import io.hatchery.protocol.LogSource;
import io.hatchery.runner.context.GrowingPause;
import io.hatchery.runner.process.ProcessRef;
import io.hatchery.spec.ContainerName;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journals inside running containers. Each is followed by a journalctl(1) of the container itself, which runs inside with the rights of
 * its init: from outside, files that a hostile container has made would be read with the rights of the host.
 */
public final class ContainerJournals implements LogSources {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerJournals.class);

    /** Where distributions have it. */
    private static final List<String> PROGRAMS =
            List.of("/usr/bin/journalctl", "/bin/journalctl", "/run/current-system/sw/bin/journalctl");

    /** journald makes it when it has begun. */
    private static final String SOCKET = "run/systemd/journal/socket";

    private static final GrowingPause PAUSES = new GrowingPause(Duration.ofSeconds(2), Duration.ofMinutes(1));

    private final Leaders leaders;
    private final ContainerEntry entry;
    /** How long a stop waits for a follower. It is killed at once; the removal of its control groups may take longer. */
    private static final Duration DEATH = Duration.ofMillis(250);

    private final Map<ContainerName, ProcessRef> running = new ConcurrentHashMap<>();
    /** The programs that follow journals; those of containers that have stopped have ended. */
    private final Map<ContainerName, Process> followers = new ConcurrentHashMap<>();

    /** The inits of the containers that are being stopped, which are not followed again. */
    private final Map<ContainerName, ProcessRef> stopping = new ConcurrentHashMap<>();

    private final Map<ContainerName, FollowAttempt> attempts = new HashMap<>();

    /** Finds the inits of containers. */
    public interface Leaders {
        /** Those of the containers that run now. */
        Map<ContainerName, ProcessRef> find() throws IOException;
    }

    /** Enters containers. */
    public interface ContainerEntry {
        /** The command on the host that runs a command inside. */
        List<String> command(ProcessRef leader, List<String> inside) throws IOException;
    }

    /**
     * That a follower was begun, so that one that fails is not begun all the time.
     *
     * @param pause how long after that the next one is begun at the earliest
     */
    private record FollowAttempt(ProcessRef leader, long at, Duration pause) {
        boolean isOver(long now) {
            return now - at >= pause.toNanos();
        }
    }

    /** Follows nothing yet. */
    public ContainerJournals(Leaders leaders, ContainerEntry entry) {
        this.leaders = leaders;
        this.entry = entry;
    }

    @Override
    public LogSource source() {
        return LogSource.JOURNAL;
    }

    @Override
    public boolean keepsPositions() {
        return true; // for the next run
    }

    @Override
    public Set<ContainerName> containers() throws IOException {
        Map<ContainerName, ProcessRef> now = leaders.find();
        running.keySet().retainAll(now.keySet());
        running.putAll(now);
        attempts.keySet().retainAll(running.keySet());
        stopping.keySet().retainAll(running.keySet());
        followers.values().removeIf(follower -> !follower.isAlive());
        long time = System.nanoTime();
        var found = new HashSet<ContainerName>();
        running.forEach((container, leader) -> {
            FollowAttempt last = attempts.get(container);
            boolean mayTry = last == null || !last.leader.equals(leader) || last.isOver(time);
            if (mayTry
                    && !leader.equals(stopping.get(container))
                    && program(leader).isPresent()) {
                found.add(container);
            }
        });
        return found;
    }

    private static Path root(ProcessRef leader) {
        return Path.of("/proc", Long.toString(leader.pid()), "root");
    }

    /** The program in a container whose journald runs. Nothing of the container is opened; the answer is a guess that a start confirms. */
    private static Optional<String> program(ProcessRef leader) {
        Path root = root(leader);
        if (!Files.exists(root.resolve(SOCKET), LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        return PROGRAMS.stream()
                .filter(program -> Files.exists(root.resolve(program.substring(1)), LinkOption.NOFOLLOW_LINKS))
                .findFirst();
    }

    @Override
    public LogFeed open(ContainerName container, @Nullable String position) throws IOException {
        ProcessRef leader = running.get(container);
        if (leader == null) {
            throw new IOException("container " + container + " does not run any more");
        }
        FollowAttempt last = attempts.get(container);
        Duration pause = last != null && last.leader.equals(leader) ? PAUSES.after(last.pause) : PAUSES.first();
        attempts.put(container, new FollowAttempt(leader, System.nanoTime(), pause));
        var inside = new ArrayList<>(List.of(
                program(leader).orElse(PROGRAMS.getFirst()),
                "--follow",
                "--no-tail",
                "--output=export",
                "--output-fields=" + JournalEntry.FIELDS));
        // Without a position from the beginning of this run: a container has a boot id of its own.
        inside.add(position == null || JournalEntry.place(position) == null ? "--boot" : "--after-cursor=" + position);
        var builder = new ProcessBuilder(entry.command(leader, inside))
                .directory(new File("/"))
                .redirectInput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        Process follower = builder.start();
        followers.put(container, follower);
        if (leader.equals(stopping.get(container))) {
            follower.destroy();
            throw new IOException("container " + container + " is being stopped");
        }
        return new JournalFeed("container " + container, follower, position);
    }

    /**
     * Notes that a container is about to stop, after which its journal is not followed again. Any thread may call it.
     *
     * @return whether it is followed, which {@link #endFollower} ends
     */
    public boolean isFollowedAtStop(ContainerName container) {
        ProcessRef leader = running.get(container);
        if (leader != null) {
            stopping.put(container, leader);
        }
        Process follower = followers.get(container);
        return follower != null && follower.isAlive();
    }

    /** Ends the follower of a container, and waits for it for {@link #DEATH} at most. */
    public void endFollower(ContainerName container) throws InterruptedException {
        Process follower = followers.get(container);
        if (follower == null) {
            return;
        }
        follower.destroy();
        try {
            // It does not look at signals while it waits for somebody to read.
            follower.getInputStream().close();
        } catch (IOException e) {
            LOG.debug("the output of a follower was closed already", e);
        }
        if (!follower.waitFor(DEATH.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.info("the follower of the journal of container {} takes longer to end than the stop waits", container);
        }
    }
}
