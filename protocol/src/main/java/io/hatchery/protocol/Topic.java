package io.hatchery.protocol;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A topic as it is created, checked and documented.
 *
 * @param name its name on the broker
 * @param key the key of its records, for the documentation
 * @param cleanup how its old records are removed
 * @param segments when its log rolls; only rolled segments are compacted or deleted
 * @param isShared whether it has the configured number of partitions; otherwise it has one
 * @param isRestored whether records that a broker loses in a power loss are written again by themselves or may be lost, so that it need not
 *     flush each
 * @param value the type of its values
 * @param reason the reason for its settings, for the documentation
 */
@RecordBuilder
public record Topic(
        String name,
        String key,
        Cleanup cleanup,
        Segments segments,
        boolean isShared,
        boolean isRestored,
        Class<?> value,
        String reason)
        implements TopicBuilder.With {
    /** The largest batch of records that the broker takes, in bytes. */
    public static final int MAX_MESSAGE_BYTES = 2 << 20;

    /** How many records of a restored topic are flushed at once. */
    private static final int FLUSHED_AT_ONCE = 10_000;

    /** How old records are removed. */
    public sealed interface Cleanup {
        /**
         * The last record of each key is kept.
         *
         * @param tombstones how long a tombstone stays after compaction, for readers that are away
         * @param lag how old a superseded record gets at most before it is compacted
         */
        record Compacted(Duration tombstones, Duration lag) implements Cleanup {}

        /**
         * Every record is kept for a time.
         *
         * @param time how long a record stays at least; it goes with its segment, so up to one segment age later
         * @param bytes how much of each partition is kept; -1 for all
         */
        record Expiring(Duration time, long bytes) implements Cleanup {}
    }

    /**
     * When a log rolls.
     *
     * @param age after which a new segment begins
     * @param bytes after which a new segment begins, at least 1 MiB (the broker's minimum)
     */
    public record Segments(Duration age, int bytes) {}

    /** Its settings on the broker, with the values that they must have. */
    public List<TopicSetting> settings() {
        var settings = new ArrayList<TopicSetting>();
        settings.add(TopicSetting.exactly("cleanup.policy", isCompacted() ? "compact" : "delete"));
        // The clocks of producers differ and jump; retention, liveness and submission times must not.
        settings.add(TopicSetting.exactly("message.timestamp.type", "LogAppendTime"));
        settings.add(TopicSetting.atLeast("max.message.bytes", MAX_MESSAGE_BYTES));
        settings.add(TopicSetting.atMost("segment.ms", segments.age.toMillis()));
        settings.add(TopicSetting.atMost("segment.bytes", segments.bytes));
        if (isRestored) {
            settings.add(TopicSetting.atLeast("flush.messages", FLUSHED_AT_ONCE));
        }
        switch (cleanup) {
            case Cleanup.Compacted(Duration tombstones, Duration lag) -> {
                settings.add(TopicSetting.atLeast("delete.retention.ms", tombstones.toMillis()));
                settings.add(TopicSetting.atMost("max.compaction.lag.ms", lag.toMillis()));
            }
            case Cleanup.Expiring(Duration time, long bytes) -> {
                settings.add(TopicSetting.atLeast("retention.ms", time.toMillis()));
                settings.add(TopicSetting.atLeast("retention.bytes", bytes));
            }
        }
        return settings;
    }

    /** Whether the topic is compacted. */
    public boolean isCompacted() {
        return cleanup instanceof Cleanup.Compacted;
    }
}
