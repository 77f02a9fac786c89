package io.hatchery.protocol.resource;

import io.hatchery.protocol.FleetEvent;
import org.jspecify.annotations.Nullable;

/**
 * An item of the list of events.
 *
 * @param id the id of the record
 * @param event the event; null if the record cannot be read
 * @param unreadable why the record cannot be read; null if it can
 */
public record Event(
        String id, @Nullable FleetEvent event, @Nullable String unreadable) {}
