package io.hatchery.spec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * Counts the specs that a container has had: 1 for the first, one more whenever the evaluated spec differs from the last,
 * never lower, not even when a container is deleted and made anew.
 *
 * @param value at least 1
 */
public record Generation(@JsonValue long value) implements Comparable<Generation> {
    /** The generation of a container's first spec. */
    public static final Generation FIRST = new Generation(1);

    /**
     * @throws IllegalArgumentException if the value is below 1
     */
    @JsonCreator
    public Generation {
        if (value < 1) {
            throw new IllegalArgumentException("generation " + value + " is not valid: generations count from 1");
        }
    }

    /** The generation after this one. */
    public Generation next() {
        return new Generation(value + 1);
    }

    /** Whether this generation is later than the other. */
    public boolean isAfter(Generation other) {
        return value > other.value;
    }

    @Override
    public int compareTo(Generation other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
