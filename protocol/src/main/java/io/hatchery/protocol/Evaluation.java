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
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The result of a definition's evaluation. It is kept after the definition is deleted, because generations never start again: name,
 * revisions, state, generation and an open removal remain, about 200 bytes per name.
 *
 * @param state the result
 * @param revision the revision of the definition in force
 * @param evaluatedRevision the revision that was evaluated last; above {@code revision} if it was refused
 * @param refusal why that revision was refused; null if it is in force
 * @param generation the generation of the spec in force, or of the last spec; null if there never was a spec
 * @param definition the definition in force; null if it is deleted, or failed because it is too large to keep
 * @param spec the spec in force, or the spec that takes effect when the previous host has released the container; null if there is none
 * @param change the difference of the spec from the previous one; null for the first spec
 * @param releasingHost the host that must release the container before another host gets it; null if there is none
 * @param errors all errors of the definition; empty unless it failed
 * @param built the result of building its NixOS system; null if it has none
 * @param systems the NixOS systems of the container, newest last, at most {@value #KEPT_SYSTEMS}
 */
@RecordBuilder
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
        List<GivenSystem> systems)
        implements EvaluationBuilder.With {
    /**
     * The most bytes of an evaluation as JSON: a definition of 256 KiB, a spec of 1 MiB and the errors, below the 2 MiB that a topic
     * takes. A larger evaluation fails with an error that names its size.
     */
    public static final int MAX_BYTES = 1_792 << 10;

    /** Number of systems per container that are remembered and kept in Nix stores. */
    public static final int KEPT_SYSTEMS = 10;

    /**
     * The result of building a NixOS system. A source is built once per revision.
     *
     * @param source the {@link io.hatchery.spec.SystemSource#digest digest} of what was evaluated
     * @param path the store path of the system; null if the build failed or has not finished
     * @param errors why the build failed; empty if it did not
     */
    public record Built(String source, @Nullable String path, List<DefinitionProblem> errors) {
        /** Keeps an immutable copy of the errors. */
        public Built {
            errors = List.copyOf(errors);
        }
    }

    /**
     * A NixOS system of a container.
     *
     * @param generation the first generation with this system
     * @param path the store path of the system, or a link to it
     * @param revision the revision of the definition
     * @param since when the spec was published
     * @param until the first generation without this system; null while the last spec has it
     */
    public record GivenSystem(
            Generation generation,
            String path,
            long revision,
            Instant since,
            @Nullable Generation until) {
        /** This system, replaced in that generation. */
        public GivenSystem until(Generation next) {
            return new GivenSystem(generation, path, revision, since, next);
        }

        private boolean isOf(Generation spec) {
            return !generation.isAfter(spec) && (until == null || until.isAfter(spec));
        }
    }

    /**
     * A host that must remove the container and has not confirmed it. The removal is published again each week, because its tombstone
     * expires.
     *
     * @param operation the id of the removal; the host confirms it with the tombstone of the container's status
     * @param generation the last generation that is revoked; null for all
     * @param purge whether the root is deleted too; null if not
     * @param requestedBy the principal that requested it; null if unknown
     * @param at when the removal was published last; null if unknown
     */
    public record ReleasingHost(
            HostName host,
            CommandId operation,
            @Nullable Generation generation,
            @Nullable Boolean purge,
            @Nullable String requestedBy,
            @Nullable Instant at) {
        /** This removal, published again. */
        public ReleasingHost again(Instant now) {
            return new ReleasingHost(host, operation, generation, purge, requestedBy, now);
        }
    }

    /** Keeps immutable copies. */
    public Evaluation {
        errors = List.copyOf(errors);
        systems = List.copyOf(systems);
    }

    /** The system of a generation; empty if it has none or if it is no longer remembered. */
    public Optional<GivenSystem> systemOf(Generation generation) {
        return systems.reversed().stream()
                .filter(system -> system.isOf(generation))
                .findFirst();
    }

    /** Whether the spec is published to its host; false if there is no spec. */
    @JsonIgnore
    public boolean isPublished() {
        return spec != null && releasingHost == null;
    }

    /** The result of an evaluation. */
    public enum State {
        /** The spec is in force. */
        @JsonProperty("evaluated")
        EVALUATED,
        /** The NixOS system is being evaluated and built; the last good spec stays in force. */
        @JsonProperty("building")
        BUILDING,
        /** The spec takes effect when the previous host has released the container. */
        @JsonProperty("moving")
        MOVING,
        /** The definition has errors; the last good spec stays in force. */
        @JsonProperty("failed")
        FAILED,
        /** The definition has no errors, but no ready host matches it. */
        @JsonProperty("unplaced")
        UNPLACED,
        /** The definition is deleted. */
        @JsonProperty("deleted")
        DELETED
    }
}
