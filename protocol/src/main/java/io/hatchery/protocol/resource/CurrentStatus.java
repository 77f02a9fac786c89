package io.hatchery.protocol.resource;

import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Initiator;
import io.hatchery.protocol.Phase;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import java.time.Instant;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * How a container is now: the status that its host published, as long as the host is heard of. Only the phase is always there.
 *
 * @param phase {@code absent} if no host published a status, {@code unknown} if its host is lost
 * @param last what its host published last; null unless the host is lost
 * @see ContainerStatus for the other components
 */
public record CurrentStatus(
        @Nullable ContainerName container,
        @Nullable HostName host,
        Phase phase,
        @Nullable Generation generation,
        @Nullable Long leader,
        @Nullable Instant since,
        @Nullable Exit exit,
        @Nullable Integer restarts,
        @Nullable Boolean outdated,
        @Nullable SortedSet<String> restartFor,
        @Nullable String reason,
        @Nullable Instant nextStart,
        @Nullable Generation begun,
        @Nullable Generation ready,
        @Nullable Initiator initiator,
        @Nullable ContainerStatus last) {
    /** The status that a host published. */
    public static CurrentStatus of(ContainerStatus status) {
        return new CurrentStatus(
                status.container(),
                status.host(),
                status.phase(),
                status.generation(),
                status.leader(),
                status.since(),
                status.exit(),
                status.restarts(),
                status.outdated(),
                status.restartFor(),
                status.reason(),
                status.nextStart(),
                status.begun(),
                status.ready(),
                status.initiator(),
                null);
    }

    /** No host has published a status. */
    public static CurrentStatus absent() {
        return of(Phase.ABSENT, null, null);
    }

    /** The host sends no heartbeats, so the phase is not known. */
    public static CurrentStatus unknown(String reason, @Nullable ContainerStatus last) {
        return of(Phase.UNKNOWN, reason, last);
    }

    private static CurrentStatus of(Phase phase, @Nullable String reason, @Nullable ContainerStatus last) {
        return new CurrentStatus(
                null, null, phase, null, null, null, null, null, null, null, reason, null, null, null, null, last);
    }
}
