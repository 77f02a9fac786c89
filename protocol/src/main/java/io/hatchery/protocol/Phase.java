package io.hatchery.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** Where a container is in its life. */
public enum Phase {
    /** The host has no spec of it. */
    @JsonProperty("absent")
    ABSENT,
    /** It does not run. */
    @JsonProperty("stopped")
    STOPPED,
    /** Its root is being made ready. */
    @JsonProperty("preparing")
    PREPARING,
    /** Its processes run and it is not ready yet. */
    @JsonProperty("starting")
    STARTING,
    /** It is ready. */
    @JsonProperty("running")
    RUNNING,
    /** A stop is in progress. */
    @JsonProperty("stopping")
    STOPPING,
    /** It ended or could not start, and nothing will start it but a command. */
    @JsonProperty("failed")
    FAILED,
    /** It ended and waits to be started again. */
    @JsonProperty("backoff")
    BACKOFF,
    /** The host is lost. Never written by a runner, only shown by the gateway. */
    @JsonProperty("unknown")
    UNKNOWN;

    /** The word used in JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
