package io.hatchery.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * The id of a command and its operation: the {@code ce_id} of the record, or {@code <topic>/<partition>/<offset>} if the producer sent
 * none. A command is executed once per id.
 *
 * @param value 1 to 300 printable ASCII characters without blanks
 */
public record CommandId(@JsonValue String value) implements Comparable<CommandId> {
    /** The pattern that an id matches as a whole. */
    public static final String PATTERN = "^[!-~]{1,300}$";

    private static final Pattern COMPILED = Pattern.compile(PATTERN);

    /**
     * @throws IllegalArgumentException if the value is not a command id
     */
    @JsonCreator
    public CommandId {
        if (!COMPILED.matcher(value).matches()) {
            throw new IllegalArgumentException("a command id is 1 to 300 printable ASCII characters without blanks");
        }
    }

    @Override
    public int compareTo(CommandId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
