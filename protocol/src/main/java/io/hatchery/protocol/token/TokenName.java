package io.hatchery.protocol.token;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.hatchery.spec.HostName;

/**
 * The name of a token: 1 to 64 of {@code a-z 0-9 -}, neither first nor last a hyphen.
 *
 * @param value the name, never null
 */
public record TokenName(@JsonValue String value) implements Comparable<TokenName> {
    /** The pattern that a name matches as a whole. */
    public static final String PATTERN = HostName.PATTERN;

    /**
     * @throws IllegalArgumentException if the value is not the name of a token
     */
    @JsonCreator
    public TokenName {
        if (!HostName.isValid(value)) {
            throw new IllegalArgumentException("token name '" + (value.length() <= 80 ? value : value.substring(0, 80))
                    + "' is not valid: use 1 to 64 of a-z, 0-9 and '-', starting and ending with a letter or digit");
        }
    }

    @Override
    public int compareTo(TokenName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
