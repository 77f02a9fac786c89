package io.hatchery.runner.journal;

import io.hatchery.protocol.FleetEvent;

/**
 * An event that the broker has not acknowledged.
 *
 * @param id its {@code ce_id}, the same each time it is sent
 * @param event the event
 */
public record PendingEvent(String id, FleetEvent event) {
    /** The outcome of a command. */
    public static PendingEvent of(FleetEvent.Ended ended) {
        return new PendingEvent(ended.id() + "#outcome", ended);
    }
}
