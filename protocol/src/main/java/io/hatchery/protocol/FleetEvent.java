package io.hatchery.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An event of the audit trail: one record per transition, outcome or refusal. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = FleetEvent.Accepted.class, name = "accepted"),
    @JsonSubTypes.Type(value = FleetEvent.Ended.class, name = "outcome"),
    @JsonSubTypes.Type(value = FleetEvent.PhaseChanged.class, name = "transition"),
    @JsonSubTypes.Type(value = FleetEvent.EvaluationChanged.class, name = "evaluation"),
    @JsonSubTypes.Type(value = FleetEvent.SystemBuilt.class, name = "system"),
    @JsonSubTypes.Type(value = FleetEvent.Fetching.class, name = "fetching"),
    @JsonSubTypes.Type(value = FleetEvent.HeartbeatRefused.class, name = "heartbeatRefused")
})
public sealed interface FleetEvent {
    /** The container; null if the event concerns only a host. */
    @Nullable
    ContainerName container();

    /** The host; null if there is none. */
    @Nullable
    HostName host();

    /** The key of the record: the container, or the host if the event concerns only a host. */
    default String key() {
        ContainerName container = container();
        return container == null ? String.valueOf(host()) : container.value();
    }

    /** The time of the event, by the clock of its producer. */
    Instant at();

    /**
     * A runner accepted a command.
     *
     * @param id the id of the command
     * @param command the verb
     */
    record Accepted(CommandId id, Verb command, ContainerName container, HostName host, Instant at)
            implements FleetEvent {}

    /**
     * A command ended. There is exactly one such event for each accepted command.
     *
     * @param id the id of the command
     * @param command the verb
     * @param host the host; null if the container was on none
     * @param requestedBy the principal that requested it; null if unknown
     * @param submitted when the broker appended the command
     * @param outcome how it ended
     * @param reason the reason; null if there is none
     * @param stoppedBy the step that ended the container; null if it was not stopped, or if that is unknown
     * @param steps the steps, in order
     */
    @RecordBuilder
    record Ended(
            CommandId id,
            Verb command,
            ContainerName container,
            @Nullable HostName host,
            @Nullable String requestedBy,
            Instant submitted,
            Outcome outcome,
            @Nullable String reason,
            @Nullable StoppedBy stoppedBy,
            List<OperationStep> steps,
            Instant at)
            implements FleetEvent, FleetEventEndedBuilder.With {
        /** Keeps an immutable copy of the steps. */
        public Ended {
            steps = List.copyOf(steps);
        }
    }

    /**
     * A container changed its phase.
     *
     * @param from the phase before
     * @param to the phase after
     * @param generation the generation of the spec; null if there is none
     * @param leader the leader's process id; null if none runs
     * @param exit the exit; null if the container did not exit
     * @param reason the reason; null if there is none
     * @param initiator the source of the change; null if it was the fleet
     * @param sequence the number of the event among those of the container on its host, increasing; null from a runner that does not
     *     number events
     */
    @RecordBuilder
    record PhaseChanged(
            ContainerName container,
            HostName host,
            Phase from,
            Phase to,
            @Nullable Generation generation,
            @Nullable Long leader,
            @Nullable Exit exit,
            @Nullable String reason,
            @Nullable Initiator initiator,
            @Nullable Long sequence,
            Instant at)
            implements FleetEvent, FleetEventPhaseChangedBuilder.With {}

    /**
     * A definition was evaluated with a result that differs from the last.
     *
     * @param state the result
     * @param revision the revision of the definition
     * @param generation the generation of the spec in force; null if there is none
     */
    record EvaluationChanged(
            ContainerName container,
            @Nullable HostName host,
            Evaluation.State state,
            long revision,
            @Nullable Generation generation,
            Instant at)
            implements FleetEvent {}

    /** How a NixOS system was obtained. */
    enum Source {
        /** Evaluated and built for this container. */
        @JsonProperty("evaluated")
        EVALUATED,
        /** Shared with another container with the same configuration, whose build was in progress. */
        @JsonProperty("shared")
        SHARED,
        /** Built earlier. */
        @JsonProperty("cached")
        CACHED,
        /** The evaluation or the build failed. */
        @JsonProperty("failed")
        FAILED;

        /** The word used in JSON. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The build of a container's NixOS system ended.
     *
     * @param source how the system was obtained
     * @param path the store path of the system; null if the build failed
     * @param seconds the duration of evaluation and build
     */
    record SystemBuilt(
            ContainerName container,
            @Nullable HostName host,
            Source source,
            @Nullable String path,
            long seconds,
            Instant at)
            implements FleetEvent {}

    /**
     * A host fetches the closure of a container's NixOS system.
     *
     * @param path the store path of the system
     * @param paths the number of fetched store paths
     * @param pathsExpected the number of store paths to fetch, as far as it is known
     * @param bytes the number of fetched bytes
     * @param bytesExpected the number of bytes to fetch, as far as it is known
     * @param reason why the fetch failed and is tried again; null if it did not fail
     */
    @RecordBuilder
    record Fetching(
            ContainerName container,
            HostName host,
            String path,
            long paths,
            long pathsExpected,
            long bytes,
            long bytesExpected,
            @Nullable String reason,
            Instant at)
            implements FleetEvent, FleetEventFetchingBuilder.With {}

    /**
     * A heartbeat of a host was refused after one that was accepted.
     *
     * @param reason the reason and the remedy
     */
    record HeartbeatRefused(HostName host, String reason, Instant at) implements FleetEvent {
        @Override
        public @Nullable ContainerName container() {
            return null;
        }
    }
}
