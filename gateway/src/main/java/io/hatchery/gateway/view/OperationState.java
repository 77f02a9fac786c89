package io.hatchery.gateway.view;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.hatchery.protocol.Outcome;
import java.util.Locale;

/** Whether an operation is pending, and how it ended if it is not. */
public enum OperationState {
    /** The operation has no outcome yet. */
    @JsonProperty("pending")
    PENDING,
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

    /** The state of an operation with that outcome. */
    static OperationState of(Outcome outcome) {
        return switch (outcome) {
            case COMPLETED -> COMPLETED;
            case FAILED -> FAILED;
            case REJECTED -> REJECTED;
            case SUPERSEDED -> SUPERSEDED;
        };
    }

    /** The word used in JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
