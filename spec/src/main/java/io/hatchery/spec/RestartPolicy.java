package io.hatchery.spec;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What follows an exit that nobody asked for; the words are those of {@code Restart=} in systemd.service(5). */
public enum RestartPolicy {
    /** Start again after an exit status other than 0 or a kill. */
    @JsonProperty("on-failure")
    ON_FAILURE,
    /** Start again after any exit. */
    @JsonProperty("always")
    ALWAYS,
    /** Leave it. */
    @JsonProperty("no")
    NO
}
