package io.hatchery.spec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The fleet-wide name of a container: 1 to 64 of {@code a-z 0-9 -}, neither first nor last a hyphen. It is at once a
 * machine name (machine-id of systemd-nspawn(1)) and a host name label (RFC 1123), hence no underscore and no dot.
 *
 * @param value the name, never null
 */
public record ContainerName(@JsonValue String value) implements Comparable<ContainerName> {
    /** The pattern that a name matches as a whole. */
    public static final String PATTERN = "^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$";

    /**
     * @throws IllegalArgumentException if the value is not a container name; the message names the reason and the remedy
     */
    @JsonCreator
    public ContainerName {
        if (!isValid(value)) {
            throw new IllegalArgumentException("container name '" + shortened(value)
                    + "' is not valid: use 1 to 64 of a-z, 0-9 and '-', starting and ending with a letter or digit");
        }
    }

    /** Whether the text is a container name. */
    public static boolean isValid(String value) {
        return DnsLabel.isValid(value);
    }

    static String shortened(String value) {
        return value.length() <= 80 ? value : value.substring(0, 80) + "…";
    }

    @Override
    public int compareTo(ContainerName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
