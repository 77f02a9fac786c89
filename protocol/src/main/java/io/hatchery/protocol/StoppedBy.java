package io.hatchery.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** What it took to end a container. */
public enum StoppedBy {
    /** Its init ended when it was asked to. */
    @JsonProperty("halted")
    HALTED,
    /** Its supervisor was sent SIGTERM after the stop time-out. */
    @JsonProperty("terminated")
    TERMINATED,
    /** Its processes were killed. */
    @JsonProperty("killed")
    KILLED;

    /** The word used in JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
