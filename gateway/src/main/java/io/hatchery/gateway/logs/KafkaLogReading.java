package io.hatchery.gateway.logs;

import io.hatchery.bus.BusConfig;
import io.hatchery.protocol.LogLine;
import io.hatchery.spec.HostName;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A reading of the log of a container: first what is there, by time over all hosts, then what comes. */
final class KafkaLogReading implements LogStore.LogReading, Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaLogReading.class);
    private static final Duration POLL = Duration.ofMillis(500);

    /** How long a follower that gets no line waits for a sign of life. */
    private static final long HEARTBEAT = Duration.ofSeconds(15).toNanos();

    private static final long LOOK_FOR_TOPICS = Duration.ofSeconds(2).toNanos();

    private final BusConfig config;
    private final HostHistory history;
    private final LogQuery query;
    private final LogSink sink;
    private final Instant opened;
    private final Queue<HostName> added = new ConcurrentLinkedQueue<>();
    private final List<HostLog> logs = new ArrayList<>();
    private final Set<HostName> missing = new LinkedHashSet<>();
    private final TreeMap<HostName, LogCursor.Place> places = new TreeMap<>();
    private final DuplicateEntries duplicates = new DuplicateEntries();
    private volatile boolean isCancelled;
    private volatile @Nullable LogConsumer consumer;

    KafkaLogReading(BusConfig config, HostHistory history, LogQuery query, LogSink sink, Clock clock) {
        this.config = config;
        this.history = history;
        this.query = query;
        this.sink = sink;
        this.opened = clock.instant();
    }

    @Override
    public void alsoOn(HostName host) {
        added.add(host);
    }

    @Override
    public void cancel() {
        isCancelled = true;
        LogConsumer current = consumer;
        if (current != null) {
            current.wakeUp();
        }
    }

    @Override
    public void run() {
        try (var opening = new LogConsumer(config, () -> isCancelled)) {
            consumer = opening;
            open(opening);
            replay(opening);
            if (query.follow()) {
                follow(opening);
            }
            sink.end();
        } catch (WakeupException e) {
            LOG.debug("the reading of the log of {} was cancelled", query.container());
        } catch (IOException e) {
            LOG.debug("the reading of the log of {} ends: {}", query.container(), e.getMessage());
        } catch (LogReadException e) {
            sink.fail(e);
        } catch (KafkaException e) {
            sink.fail(new LogReadException(
                    LogReadException.Kind.BROKER,
                    "the log of " + query.container() + " cannot be read from the broker: " + e.getMessage()
                            + "; try again",
                    e));
        } catch (RuntimeException | Error e) {
            LOG.error("the log of {} could not be read", query.container(), e);
            sink.fail(new LogReadException(
                    LogReadException.Kind.INTERNAL, "the log of " + query.container() + " could not be read", e));
        } finally {
            consumer = null;
        }
    }

    private void open(LogConsumer from) throws IOException {
        var hosts = new LinkedHashSet<HostName>();
        HostName current = query.host();
        if (current != null) {
            hosts.add(current);
        }
        LogCursor after = query.after();
        if (after != null) {
            hosts.addAll(after.places().keySet());
        }
        hosts.addAll(history.of(query.container(), from).reversed());
        if (hosts.isEmpty()) {
            throw new LogReadException(
                    LogReadException.Kind.NO_CONTAINER,
                    "there is no container " + query.container()
                            + ", and there was none within the time that logs are kept:"
                            + " run hatchery list for the names",
                    null);
        }
        hosts.stream()
                .limit(LogCursor.MOST_HOSTS)
                .forEach(host -> open(from, host, query.filter().since()));
        Integer tail = query.tail();
        if (tail != null) {
            new LogTail(from, query, tail).seek(logs);
        }
        logs.forEach(log -> places.put(log.host(), log.next()));
    }

    private void open(LogConsumer from, HostName host, @Nullable Instant since) {
        TopicPartition partition = HostLog.partition(host);
        if (from.partitions(partition.topic()) == 0) {
            missing.add(host); // it has shipped nothing yet
            return;
        }
        missing.remove(host);
        long end = from.end(partition);
        long beginning = since == null ? from.beginning(partition) : from.offsetAt(partition, since);
        LogCursor after = query.after();
        LogCursor.Place start = after == null ? null : after.places().get(host);
        if (start == null || start.offset() < beginning) {
            start = new LogCursor.Place(beginning, 0);
        } else if (start.offset() > end) {
            start = new LogCursor.Place(end, 0);
        }
        logs.add(new HostLog(host, query, duplicates, start, end));
    }

    private void replay(LogConsumer from) throws IOException {
        List<HostLog> active = new ArrayList<>(
                logs.stream().filter(log -> log.next().offset() < log.end()).toList());
        assign(from, active);
        LogConsumer.Progress progress = from.progress();
        while (!active.isEmpty()) {
            List<TopicPartition> hungry = active.stream()
                    .filter(HostLog::isEmpty)
                    .map(HostLog::partition)
                    .toList();
            if (hungry.isEmpty()) {
                HostLog first = active.stream()
                        .min(Comparator.comparing(log -> at(log)))
                        .orElseThrow();
                emit(first);
                progress.check(false, hungry);
            } else {
                from.consumer()
                        .pause(active.stream()
                                .filter(log -> !log.isEmpty())
                                .map(HostLog::partition)
                                .toList());
                from.consumer().resume(hungry);
                ConsumerRecords<byte[], byte[]> records = from.consumer().poll(POLL);
                progress.check(records.isEmpty(), hungry);
                take(records, true);
            }
            active.removeIf(log -> log.isEmpty() && hasReachedEnd(from, log));
        }
    }

    private static Instant at(HostLog log) {
        HostLog.Line line = log.peek();
        return line == null ? Instant.MAX : line.entry().at();
    }

    private boolean hasReachedEnd(LogConsumer from, HostLog log) {
        if (from.consumer().position(log.partition()) < log.end()) {
            return false;
        }
        log.startAt(new LogCursor.Place(log.end(), 0));
        places.put(log.host(), log.next());
        return true;
    }

    private static void assign(LogConsumer from, List<HostLog> logs) {
        from.consumer().assign(logs.stream().map(HostLog::partition).toList());
        from.consumer().resume(from.consumer().assignment());
        logs.forEach(log -> from.consumer().seek(log.partition(), log.next().offset()));
    }

    private void take(ConsumerRecords<byte[], byte[]> records, boolean isReplay) {
        for (HostLog log : logs) {
            for (ConsumerRecord<byte[], byte[]> record : records.records(log.partition())) {
                if (!isReplay || record.offset() < log.end()) {
                    log.take(record);
                }
            }
        }
    }

    private void emit(HostLog log) throws IOException {
        HostLog.Line line = log.poll();
        places.put(log.host(), line.after());
        sink.line(LogLine.of(line.batch(), line.entry(), LogCursor.text(places)));
    }

    private void follow(LogConsumer from) throws IOException {
        sink.flush();
        assign(from, logs);
        long flushed = System.nanoTime();
        long looked = System.nanoTime();
        while (!isCancelled) {
            for (HostName host = added.poll(); host != null; host = added.poll()) {
                missing.add(host);
            }
            logs.forEach(log -> missing.remove(log.host()));
            if (!missing.isEmpty() && System.nanoTime() - looked > LOOK_FOR_TOPICS) {
                looked = System.nanoTime();
                List.copyOf(missing).forEach(host -> open(from, host, opened));
                logs.forEach(log -> places.putIfAbsent(log.host(), log.next()));
                assign(from, logs);
            }
            if (from.consumer().assignment().isEmpty()) {
                pause();
            } else {
                take(from.consumer().poll(POLL), false);
            }
            if (emitAll() || System.nanoTime() - flushed > HEARTBEAT) {
                sink.flush();
                flushed = System.nanoTime();
            }
        }
    }

    private boolean emitAll() throws IOException {
        boolean hasEmitted = false;
        for (HostLog log : logs) {
            while (!log.isEmpty()) {
                emit(log);
                hasEmitted = true;
            }
        }
        return hasEmitted;
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
