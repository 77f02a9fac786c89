package io.hatchery.protocol.resource;

import io.hatchery.protocol.FleetEvent;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened, as the list of events has it.
 *
 * @param id of its record
 * @param event what happened; null if its record cannot be read
 * @param unreadable why its record cannot be read; null if it can
 */
public record Event(
        String id, @Nullable FleetEvent event, @Nullable String unreadable) {}
