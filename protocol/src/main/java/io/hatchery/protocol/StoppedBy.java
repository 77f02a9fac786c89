package io.hatchery.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** The step of a stop that ended the container. */
public enum StoppedBy {
    /** The container's init exited after the kill signal. */
    @JsonProperty("halted")
    HALTED,
    /** The supervisor was sent SIGTERM after the stop time-out. */
    @JsonProperty("terminated")
    TERMINATED,
    /** The processes were killed. */
    @JsonProperty("killed")
    KILLED;

    /** The word used in JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
