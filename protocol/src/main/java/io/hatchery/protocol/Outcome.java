package io.hatchery.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** How a command ended. */
public enum Outcome {
    /** The command was executed. */
    @JsonProperty("completed")
    COMPLETED,
    /** The command was tried and did not succeed; the reason explains it. */
    @JsonProperty("failed")
    FAILED,
    /** The command was not tried; the reason explains it. */
    @JsonProperty("rejected")
    REJECTED,
    /** A later command replaced it before it ended. */
    @JsonProperty("superseded")
    SUPERSEDED;

    /** The word used in JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
