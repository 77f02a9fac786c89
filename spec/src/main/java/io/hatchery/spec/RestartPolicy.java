package io.hatchery.spec;

import com.fasterxml.jackson.annotation.JsonProperty;

/** When a container restarts after an exit that no command requested; see {@code Restart=} in systemd.service(5). */
public enum RestartPolicy {
    /** Start again after an exit status other than 0 or a kill. */
    @JsonProperty("on-failure")
    ON_FAILURE,
    /** Start again after any exit. */
    @JsonProperty("always")
    ALWAYS,
    /** Never restart. */
    @JsonProperty("no")
    NO
}
