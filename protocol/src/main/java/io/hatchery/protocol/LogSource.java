package io.hatchery.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** Where a line of a log comes from. */
public enum LogSource {
    /** What the container's init and its supervisor print. */
    @JsonProperty("console")
    CONSOLE,
    /** The journal of the systemd inside the container. */
    @JsonProperty("journal")
    JOURNAL;

    /** The word used in JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
