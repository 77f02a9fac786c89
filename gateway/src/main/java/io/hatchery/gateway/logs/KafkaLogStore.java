package io.hatchery.gateway.logs;

import io.hatchery.bus.BusConfig;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** Reads logs from Kafka, each with a consumer and a thread of its own. */
public final class KafkaLogStore implements LogStore {
    /** How many logs are read at a time; each takes a thread and about 10 MiB. */
    public static final int MOST_READERS = 64;

    private final BusConfig config;
    private final Clock clock;
    private final HostHistory history;
    private final Semaphore readers = new Semaphore(MOST_READERS);

    /** Opens nothing. */
    public KafkaLogStore(BusConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
        this.history = new HostHistory(clock);
    }

    @Override
    public Optional<LogReading> read(LogQuery query, LogSink sink) {
        if (!readers.tryAcquire()) {
            return Optional.empty();
        }
        var reading = new KafkaLogReading(config, history, query, sink, clock);
        Thread.ofPlatform().daemon().name("hatchery-log-reader").start(() -> {
            try {
                reading.run();
            } finally {
                readers.release();
            }
        });
        return Optional.of(reading);
    }
}
