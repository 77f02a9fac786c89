package io.hatchery.protocol.resource;

import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Initiator;
import io.hatchery.protocol.Phase;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * The current status of a container: the status that its host published, unless the host is lost. Only the phase is always present.
 *
 * @param phase {@code absent} if no host published a status, {@code unknown} if its host is lost
 * @param last the last published status; null unless the host is lost
 * @see ContainerStatus for the other components
 */
@RecordBuilder
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
        @Nullable ContainerStatus last)
        implements CurrentStatusBuilder.With {}
