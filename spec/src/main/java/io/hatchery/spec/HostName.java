package io.hatchery.spec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The fleet-wide name of a host that runs containers: 1 to 64 of {@code a-z 0-9 -}, neither first nor last a hyphen. It is
 * part of topic names, so the host {@code h1.example.org} is {@code h1} here, unless its runner is configured with another name.
 *
 * @param value the name, never null
 */
public record HostName(@JsonValue String value) implements Comparable<HostName> {
    /** The pattern that a name matches as a whole. */
    public static final String PATTERN = "^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$";

    /**
     * @throws IllegalArgumentException if the value is not a host name; the message names the reason and the remedy
     */
    @JsonCreator
    public HostName {
        if (!isValid(value)) {
            throw new IllegalArgumentException("host name '" + ContainerName.shortened(value)
                    + "' is not valid: use 1 to 64 of a-z, 0-9 and '-', starting and ending with a letter or digit");
        }
    }

    /** Whether the text is a host name. */
    public static boolean isValid(String value) {
        return DnsLabel.isValid(value);
    }

    @Override
    public int compareTo(HostName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
