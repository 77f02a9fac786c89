package io.hatchery.gateway.view;

import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.HostStatus;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import org.jspecify.annotations.Nullable;

/** A change of the fleet that clients of the stream receive. */
public sealed interface StreamChange {
    /** The container concerned; null if none. */
    @Nullable
    ContainerName container();

    /** The host concerned; null if none, or if it is not known. */
    @Nullable
    HostName host();

    /**
     * A container's status.
     *
     * @param host the host that reports it, or of which the container is gone
     * @param status null if the container is gone
     */
    record StatusChange(
            ContainerName container,
            @Nullable HostName host,
            @Nullable ContainerStatus status) implements StreamChange {}

    /**
     * An event.
     *
     * @param id of its record
     */
    record EventChange(String id, FleetEvent event) implements StreamChange {
        @Override
        public @Nullable ContainerName container() {
            return event.container();
        }

        @Override
        public @Nullable HostName host() {
            return event.host();
        }
    }

    /**
     * A container whose definition or evaluation changed.
     *
     * @param host that has it, or to which it belongs
     * @param json the container as the API shows it; null if the fleet has it no more
     */
    record ContainerChange(
            ContainerName container,
            @Nullable HostName host,
            @Nullable String json) implements StreamChange {}

    /** A container that does not match the filter of a client any more. */
    record Deselection(ContainerName container) implements StreamChange {
        @Override
        public @Nullable HostName host() {
            return null;
        }
    }

    /** An operation that began, went on or ended. */
    record OperationChange(Operation operation) implements StreamChange {
        @Override
        public ContainerName container() {
            return operation.container();
        }

        @Override
        public @Nullable HostName host() {
            return operation.host();
        }
    }

    /**
     * A host's status.
     *
     * @param status null if the host's record was deleted
     */
    record HostChange(HostName host, @Nullable HostStatus status) implements StreamChange {
        @Override
        public @Nullable ContainerName container() {
            return null;
        }
    }
}
