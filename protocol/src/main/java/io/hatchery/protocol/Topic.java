package io.hatchery.protocol;

import java.time.Duration;

/**
 * A topic as it is created and documented.
 *
 * @param name its name on the broker
 * @param key what its records are keyed by, for the documentation
 * @param kept how long its records stay
 * @param shared whether it has as many partitions as the fleet was set up with; otherwise it has one
 * @param value what its records hold
 * @param writers who writes it, for the documentation
 */
public record Topic(String name, String key, Kept kept, boolean shared, Class<?> value, String writers) {
    /** How long records stay. */
    public sealed interface Kept {
        /** The last record of each key, for ever. */
        record Compacted() implements Kept {}

        /** Every record, for a time, and then no longer. */
        record For(Duration time, long bytesPerPartition) implements Kept {}
    }
}
