package io.hatchery.spec;

import com.fasterxml.jackson.annotation.JsonProperty;

/** When a container counts as running. */
public enum Readiness {
    /** When its init has sent {@code READY=1} of sd_notify(3). */
    @JsonProperty("notify")
    NOTIFY,
    /** As soon as its first process runs. */
    @JsonProperty("started")
    STARTED
}
