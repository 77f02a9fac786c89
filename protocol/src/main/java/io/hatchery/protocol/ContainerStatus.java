package io.hatchery.protocol;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * The last observed status of a container.
 *
 * @param generation the generation of the spec that runs, or that would run; null if there is none
 * @param leader the process id of the container's init on the host; null if none runs
 * @param since when the container entered the phase
 * @param exit the last exit since the host's boot; null if there was none
 * @param restarts the number of automatic restarts since the last requested start or stable run
 * @param outdated whether a newer spec waits for a restart
 * @param restartFor the options that take effect at a restart; null unless outdated
 * @param reason the reason for the phase; null if there is none
 * @param nextStart when the container starts again; null unless in backoff
 * @param begun the generation that was spawned last on this host since its boot; null if there is none
 * @param ready the generation that was ready last on this host since its boot; null if there is none
 * @param initiator the source of the last change; null if it was the fleet
 * @param sequence the number of the newest event that the status includes; null from a runner that does not number events
 */
@RecordBuilder
public record ContainerStatus(
        ContainerName container,
        HostName host,
        Phase phase,
        @Nullable Generation generation,
        @Nullable Long leader,
        Instant since,
        @Nullable Exit exit,
        int restarts,
        boolean outdated,
        @Nullable SortedSet<String> restartFor,
        @Nullable String reason,
        @Nullable Instant nextStart,
        @Nullable Generation begun,
        @Nullable Generation ready,
        @Nullable Initiator initiator,
        @Nullable Long sequence)
        implements ContainerStatusBuilder.With {}
