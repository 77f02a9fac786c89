package io.hatchery.gateway.stream;

import io.hatchery.gateway.view.StreamChange;
import java.util.Locale;

/** The kinds of changes that a client of the stream may choose from. */
public enum StreamType {
    /** Containers whose definition or evaluation changed. */
    CONTAINER,
    /** Statuses of containers. */
    STATUS,
    /** Events. */
    EVENT,
    /** Statuses of hosts. */
    HOST,
    /** Operations. */
    OPERATION;

    /** The word in queries. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static StreamType of(StreamChange change) {
        return switch (change) {
            case StreamChange.ContainerChange c -> CONTAINER;
            case StreamChange.Deselection d -> CONTAINER;
            case StreamChange.StatusChange s -> STATUS;
            case StreamChange.EventChange e -> EVENT;
            case StreamChange.HostChange h -> HOST;
            case StreamChange.OperationChange o -> OPERATION;
        };
    }
}
