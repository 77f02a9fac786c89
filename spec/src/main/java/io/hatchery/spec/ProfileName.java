package io.hatchery.spec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The name of a profile, that is of a set of options shared by the containers that name it; the same alphabet as
 * {@link ContainerName}.
 *
 * @param value the name, never null
 */
public record ProfileName(@JsonValue String value) implements Comparable<ProfileName> {
    /** The pattern that a name matches as a whole. */
    public static final String PATTERN = "^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$";

    /**
     * @throws IllegalArgumentException if the value is not a profile name; the message names the reason and the remedy
     */
    @JsonCreator
    public ProfileName {
        if (!isValid(value)) {
            throw new IllegalArgumentException("profile name '" + ContainerName.shortened(value)
                    + "' is not valid: use 1 to 64 of a-z, 0-9 and '-', starting and ending with a letter or digit");
        }
    }

    /** Whether the text is a profile name. */
    public static boolean isValid(String value) {
        return DnsLabel.isValid(value);
    }

    @Override
    public int compareTo(ProfileName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
