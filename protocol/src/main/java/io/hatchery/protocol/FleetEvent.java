package io.hatchery.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Something that happened: the audit trail, one record per transition, outcome or refusal. */
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
    /** The container it happened to; null if it concerns a host alone. */
    @Nullable
    ContainerName container();

    /** The host it happened on; null if on none. */
    @Nullable
    HostName host();

    /** The key of its record: the container, or the host if it concerns a host alone. */
    default String key() {
        ContainerName container = container();
        return container == null ? String.valueOf(host()) : container.value();
    }

    /** When it happened. */
    Instant at();

    /**
     * A runner has taken a command on.
     *
     * @param id the command
     * @param command what it asks for
     */
    record Accepted(CommandId id, Verb command, ContainerName container, HostName host, Instant at)
            implements FleetEvent {}

    /**
     * A command has ended: exactly one such event for each that was accepted.
     *
     * @param id the command
     * @param command what it asked for
     * @param host where; null if the container was on none
     * @param requestedBy who requested it; null if unknown
     * @param submitted when its record was written
     * @param outcome how it ended
     * @param reason why; null if completed without anything to say
     * @param stoppedBy what it took to end the container; null if none was ended, or if nobody can know
     * @param steps what it went through, in order
     */
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
            implements FleetEvent {
        /** Keeps an immutable copy of the steps. */
        public Ended {
            steps = List.copyOf(steps);
        }
    }

    /**
     * A container has gone from one phase to another.
     *
     * @param from the phase before
     * @param to the phase now
     * @param generation the spec it concerns; null if there is none
     * @param leader the init's process id; null if none runs
     * @param exit how it ended; null if this is no end
     * @param reason why; null if it is plain
     * @param initiator who made it, if that was not the fleet; null otherwise
     * @param sequence its number among the container's events on its host, which grows; null if its runner does not number events
     */
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
            implements FleetEvent {}

    /**
     * A definition has been evaluated, with a result that differs from the last.
     *
     * @param state what came out
     * @param revision the definition's
     * @param generation the spec in force; null if there is none
     */
    record EvaluationChanged(
            ContainerName container,
            @Nullable HostName host,
            Evaluation.State state,
            long revision,
            @Nullable Generation generation,
            Instant at)
            implements FleetEvent {}

    /** How a container came by its system. */
    enum Source {
        /** Evaluated and built for it. */
        @JsonProperty("evaluated")
        EVALUATED,
        /** Another container's with the same configuration, which was being built. */
        @JsonProperty("shared")
        SHARED,
        /** One that was built earlier. */
        @JsonProperty("cached")
        CACHED,
        /** It did not: the evaluation or the build failed. */
        @JsonProperty("failed")
        FAILED;

        /** As it is written. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The system of a container has been built, or could not be.
     *
     * @param source how it came by it
     * @param path the system in the store; null if it failed
     * @param seconds how long that took
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
     * A host fetches the system of a container, with all that it refers to.
     *
     * @param path the system in the store
     * @param paths how many store paths are there by now
     * @param pathsExpected of how many, as far as that is known
     * @param bytes how many bytes of their archives are there by now
     * @param bytesExpected of how many, as far as that is known
     * @param reason why it does not go on, if it has to be begun again; null otherwise
     */
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
            implements FleetEvent {}

    /**
     * A heartbeat of a host was refused, and the one before was not.
     *
     * @param reason why, and what to do
     */
    record HeartbeatRefused(HostName host, String reason, Instant at) implements FleetEvent {
        @Override
        public @Nullable ContainerName container() {
            return null;
        }
    }
}
