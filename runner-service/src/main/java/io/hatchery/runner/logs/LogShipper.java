package io.hatchery.runner.logs;

import io.hatchery.bus.BusConfig;
import io.hatchery.bus.Message;
import io.hatchery.bus.Publisher;
import io.hatchery.bus.RepeatedWarning;
import io.hatchery.protocol.LogBatch;
import io.hatchery.protocol.Topics;
import io.hatchery.runner.journal.Disk;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ships the logs of a host's containers to its topic, on a thread of its own. Logs wait where they are, on the host, until the broker has
 * what came before: nothing waits for the broker but this, and memory is bounded by {@value #MOST_IN_FLIGHT} chunks.
 */
public final class LogShipper {
    private static final Logger LOG = LoggerFactory.getLogger(LogShipper.class);

    /** How many chunks may be unacknowledged, of {@link LogBatch#MOST_BYTES} at most. */
    private static final int MOST_IN_FLIGHT = 32;

    /** What a line costs beside its bytes. */
    private static final int LINE_BYTES = 64;

    private static final long SWEEP = Duration.ofMillis(250).toNanos();
    private static final long DISCOVERY = Duration.ofSeconds(1).toNanos();
    private static final long RETRY = Duration.ofSeconds(2).toNanos();
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final HostName host;
    private final LogLimits limits;
    private final Publisher publisher;
    private final Disk positions;
    private final List<LogSources> sources;
    private final Clock clock;
    private final Map<String, ShippedFeed> feeds = new LinkedHashMap<>();
    private final BlockingQueue<Acknowledgement> acknowledgements = new LinkedBlockingQueue<>();
    private final Promise<Void> ended = Promise.promise();
    private final RepeatedWarning unpublished =
            new RepeatedWarning(LOG, "logs of containers wait on this host, since the broker does not take them");
    private final RepeatedWarning unread = new RepeatedWarning(LOG, "a log of a container cannot be read");
    private final Thread thread =
            Thread.ofPlatform().daemon().name("hatchery-logs").unstarted(this::run);
    private int inFlight;
    private volatile boolean isClosing;

    /** That the broker has a chunk, or why it is not known to. */
    private record Acknowledgement(
            ShippedFeed feed, LogChunk chunk, @Nullable Throwable failure) {}

    /**
     * Ships nothing yet.
     *
     * @param publisher is used for nothing else, since outcomes must not wait for logs
     * @param positions a folder in which positions are kept; a power cut may undo changes of them
     * @param sources the logs of this host, each of another kind
     */
    public LogShipper(
            HostName host,
            LogLimits limits,
            Publisher publisher,
            Disk positions,
            List<? extends LogSources> sources,
            Clock clock) {
        this.host = host;
        this.limits = limits;
        this.publisher = publisher;
        this.positions = positions;
        this.sources = List.copyOf(sources);
        this.clock = clock;
    }

    /** The configuration of a publisher of logs: they are compressed, and wait a moment for others. */
    public static BusConfig bus(BusConfig config) {
        var client = new TreeMap<>(Map.of("compression.type", "gzip", "linger.ms", "20"));
        client.putAll(config.client());
        return new BusConfig(client, config.partitions(), config.replication(), config.authenticator());
    }

    /** Begins. */
    public void start() {
        thread.start();
    }

    /** Ends, after what is under way was acknowledged or {@link #LAST_WORDS} are over. */
    public Future<Void> close() {
        isClosing = true;
        return ended.future();
    }

    private void run() {
        try {
            long swept = System.nanoTime() - SWEEP;
            long discovered = System.nanoTime() - DISCOVERY;
            while (!isClosing) {
                long now = System.nanoTime();
                if (now - discovered >= DISCOVERY) {
                    discovered = now;
                    discover();
                    savePositions();
                }
                if (now - swept >= SWEEP) {
                    swept = now;
                    sweep();
                }
                take(acknowledgements.poll(Math.max(0, swept + SWEEP - System.nanoTime()), TimeUnit.NANOSECONDS), true);
            }
            awaitInFlight();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            LOG.error("logs of containers are not shipped any more until the runner is restarted", e);
        } finally {
            closeAll();
            ended.complete();
        }
    }

    private void discover() {
        for (LogSources kind : sources) {
            Set<ContainerName> containers;
            try {
                containers = kind.containers();
            } catch (IOException e) {
                unread.failed(e);
                continue;
            }
            for (ContainerName container : containers) {
                String key = key(kind, container);
                if (!feeds.containsKey(key)) {
                    open(kind, container, key);
                }
            }
        }
    }

    private static String key(LogSources kind, ContainerName container) {
        return kind.source().word() + "/" + container;
    }

    private void open(LogSources kind, ContainerName container, String key) {
        try {
            String saved = positions
                    .read(key)
                    .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                    .orElse(null);
            feeds.put(
                    key,
                    new ShippedFeed(
                            kind, container, kind.open(container, saved), new TokenBucket(limits, System.nanoTime())));
        } catch (IOException e) {
            unread.failed(e);
        }
    }

    /** In turn, so that of many with lines each comes. */
    private void sweep() {
        var ended = new ArrayList<String>();
        var served = new ArrayList<String>();
        for (Map.Entry<String, ShippedFeed> each : feeds.entrySet()) {
            if (inFlight >= MOST_IN_FLIGHT) {
                break;
            }
            ship(each.getValue());
            served.add(each.getKey());
            if (each.getValue().feed().hasEnded() && each.getValue().pending() == null) {
                ended.add(each.getKey());
            }
        }
        ended.forEach(this::end);
        if (served.size() < feeds.size()) {
            served.forEach(key -> {
                ShippedFeed feed = feeds.remove(key);
                if (feed != null) {
                    feeds.put(key, feed);
                }
            });
        }
    }

    private void end(String key) {
        ShippedFeed feed = feeds.remove(key);
        try {
            if (feed != null) {
                feed.feed().close();
            }
            if (feed != null && !feed.kind().keepsPositions()) {
                positions.delete(key, false);
            }
        } catch (IOException e) {
            unread.failed(e);
        }
    }

    private void ship(ShippedFeed feed) {
        long now = System.nanoTime();
        long tokens = feed.bucket().available(now);
        if (feed.isInFlight() || feed.mustWait(now) || tokens <= 0 || inFlight >= MOST_IN_FLIGHT) {
            return;
        }
        LogChunk chunk = feed.pending();
        if (chunk == null) {
            chunk = read(feed, Math.clamp(tokens, LogLineReader.LONGEST_LINE, LogBatch.MOST_BYTES));
        }
        if (chunk != null) {
            send(feed, chunk);
        }
    }

    private @Nullable LogChunk read(ShippedFeed feed, int most) {
        try {
            LogChunk chunk = feed.feed().next(clock.instant(), most).orElse(null);
            if (chunk == null) {
                return null;
            }
            feed.bucket()
                    .take(chunk.bytes() + (long) LINE_BYTES * chunk.entries().size());
            if (chunk.entries().isEmpty()) {
                // At once: without it, what is sent next could not be recognised after a crash.
                positions.replace(
                        key(feed.kind(), feed.container()), chunk.position().getBytes(StandardCharsets.UTF_8));
                return null;
            }
            return chunk;
        } catch (IOException e) {
            unread.failed(e);
            return null;
        }
    }

    private void send(ShippedFeed feed, LogChunk chunk) {
        feed.sent(chunk);
        inFlight++;
        var batch = new LogBatch(feed.container(), host, feed.kind().source(), chunk.epoch(), chunk.entries());
        publisher
                .publish(Message.of(
                        Topics.logs(host).name(),
                        feed.container().value(),
                        batch,
                        null,
                        "/runner/" + host,
                        clock.instant()))
                .onComplete(done -> acknowledgements.add(new Acknowledgement(feed, chunk, done.cause())));
    }

    private void take(@Nullable Acknowledgement acknowledgement, boolean reads) {
        if (acknowledgement == null) {
            return;
        }
        inFlight--;
        ShippedFeed feed = acknowledgement.feed;
        if (acknowledgement.failure == null) {
            unpublished.succeeded();
            feed.acknowledged(acknowledgement.chunk);
            // Half is left for others, which come with the next sweep.
            if (reads && inFlight < MOST_IN_FLIGHT / 2) {
                ship(feed);
            }
        } else {
            unpublished.failed(acknowledgement.failure);
            feed.failed(System.nanoTime() + RETRY);
        }
    }

    private void awaitInFlight() throws InterruptedException {
        long deadline = System.nanoTime() + LAST_WORDS.toNanos();
        while (inFlight > 0 && System.nanoTime() - deadline < 0) {
            take(acknowledgements.poll(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS), false);
        }
    }

    private void savePositions() {
        feeds.forEach((key, feed) -> {
            String position = feed.takeUnsaved();
            if (position != null) {
                try {
                    positions.replace(key, position.getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    unread.failed(e);
                }
            }
        });
        for (LogSources kind : sources) {
            try {
                kind.save();
            } catch (IOException e) {
                unread.failed(e);
            }
        }
    }

    private void closeAll() {
        savePositions();
        try {
            for (ShippedFeed feed : feeds.values()) {
                feed.feed().close();
            }
            for (LogSources kind : sources) {
                kind.close();
            }
        } catch (IOException e) {
            LOG.warn("a log of a container cannot be closed: {}", e.getMessage());
        }
    }
}
