package io.hatchery.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** How a command ended. */
public enum Outcome {
    /** What was asked for is true. */
    @JsonProperty("completed")
    COMPLETED,
    /** It was tried and did not succeed; the reason says why. */
    @JsonProperty("failed")
    FAILED,
    /** It was not tried; the reason says why. */
    @JsonProperty("rejected")
    REJECTED,
    /** A later command took its place before it was done. */
    @JsonProperty("superseded")
    SUPERSEDED;

    /** The word used in JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
