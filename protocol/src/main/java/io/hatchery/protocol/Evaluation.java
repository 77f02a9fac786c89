package io.hatchery.protocol;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.SpecChange;
import io.hatchery.spec.option.DefinitionProblem;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of a definition. It outlives the definition's deletion, since generations never start anew: of a deleted one, name,
 * revisions, state, generation and a removal under way are kept, some 200 bytes for each name that was ever used.
 *
 * @param container which
 * @param state what came out
 * @param revision of the definition in force, that is the offset of its record
 * @param evaluatedRevision revision of the definition last looked at: above {@code revision} if that one was refused
 * @param refusal why the one last looked at was refused; null if it is the one in force
 * @param generation of the spec in force, or of the last one; null if there never was one
 * @param definition the one in force; null once deleted, and while the last one failed because it is too large to be kept: the spec
 *     in force then stays as it is until another definition comes
 * @param spec the one in force, or the one to be once its host before has let go; null if there is none
 * @param change what that spec changed, against the one before; null if it is the first
 * @param releasingHost the host that is to let go of the container before another is given it; null if none is
 * @param errors everything that is wrong with the definition; empty unless it failed
 * @param built what came of the source of its system; null if it has none
 * @param systems the systems that it was given, the newest last and at most {@value #KEPT_SYSTEMS}
 */
public record Evaluation(
        ContainerName container,
        State state,
        long revision,
        long evaluatedRevision,
        @Nullable String refusal,
        @Nullable Generation generation,
        @Nullable ContainerDefinition definition,
        @Nullable ContainerSpec spec,
        @Nullable SpecChange change,
        @Nullable ReleasingHost releasingHost,
        List<DefinitionProblem> errors,
        @Nullable Built built,
        List<GivenSystem> systems) {
    /**
     * The most bytes of an evaluation as JSON: a definition of 256 KiB, a spec of 1 MiB and the errors, below the 2 MiB that a topic
     * takes. One that would be larger fails and says so.
     */
    public static final int MAX_BYTES = 1_792 << 10;

    /** How many systems of a container are remembered, and kept in stores. */
    public static final int KEPT_SYSTEMS = 10;

    /**
     * What came of the source of a system. It is evaluated once for each revision.
     *
     * @param source the {@link io.hatchery.spec.SystemSource#digest digest} of what was evaluated
     * @param path the system in the store; null if there is none, or none yet
     * @param errors why there is none; empty if there is, or if it is being built
     */
    public record Built(String source, @Nullable String path, List<DefinitionProblem> errors) {
        /** Keeps an immutable copy of the errors. */
        public Built {
            errors = List.copyOf(errors);
        }
    }

    /**
     * A system that a container was given. Its generation is that of the first spec which has it.
     *
     * @param path the system in the store, or a link to it
     * @param revision the definition's
     * @param since when it was given
     * @param until generation of the first spec that does not have it any more; null while the last spec has it
     */
    public record GivenSystem(
            Generation generation,
            String path,
            long revision,
            Instant since,
            @Nullable Generation until) {
        /** This system, replaced by the spec of that generation. */
        public GivenSystem until(Generation next) {
            return new GivenSystem(generation, path, revision, since, next);
        }

        private boolean isOf(Generation spec) {
            return !generation.isAfter(spec) && (until == null || until.isAfter(spec));
        }
    }

    /**
     * A host that was told to remove the container and has not said that it has. It is told so again each week, since the marker
     * of a deletion expires.
     *
     * @param host which
     * @param operation the removal, which the end of the container's status names
     * @param generation the last one that is taken back; null if all are
     * @param purge whether the root goes as well; null if it does not
     * @param requestedBy who requested it; null if unknown
     * @param at when the host was told last; null if unsaid
     */
    public record ReleasingHost(
            HostName host,
            CommandId operation,
            @Nullable Generation generation,
            @Nullable Boolean purge,
            @Nullable String requestedBy,
            @Nullable Instant at) {
        /** This as it is told again. */
        public ReleasingHost again(Instant now) {
            return new ReleasingHost(host, operation, generation, purge, requestedBy, now);
        }
    }

    /** Keeps immutable copies. */
    public Evaluation {
        errors = List.copyOf(errors);
        systems = List.copyOf(systems);
    }

    /** The system that the spec of that generation has; empty if it has none, or if that is no longer remembered. */
    public Optional<GivenSystem> systemOf(Generation generation) {
        return systems.reversed().stream()
                .filter(system -> system.isOf(generation))
                .findFirst();
    }

    /** Whether the spec has been given to its host; also false if there is no spec. */
    @JsonIgnore
    public boolean isPublished() {
        return spec != null && releasingHost == null;
    }

    /** What came out of an evaluation. */
    public enum State {
        /** A spec, and it is in force. */
        @JsonProperty("evaluated")
        EVALUATED,
        /** Its system is being evaluated and built; the last good spec stays in force. */
        @JsonProperty("building")
        BUILDING,
        /** A spec, which is in force once the host that has the container has let go of it. */
        @JsonProperty("moving")
        MOVING,
        /** Errors; the last good spec stays in force. */
        @JsonProperty("failed")
        FAILED,
        /** It is right, and no host that is ready can take it. */
        @JsonProperty("unplaced")
        UNPLACED,
        /** The definition is gone. */
        @JsonProperty("deleted")
        DELETED
    }
}
