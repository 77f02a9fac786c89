package io.hatchery.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.option.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a definition. It outlives the definition's deletion, since generations never start anew.
 *
 * @param container which
 * @param state what came out
 * @param revision of the definition in force, that is the offset of its record
 * @param judged revision of the definition last looked at: above {@code revision} if that one was refused
 * @param refusal why the one last looked at was refused; null if it is the one in force
 * @param generation of the spec in force, or of the last one; null if there never was one
 * @param definition the one in force; null once deleted
 * @param spec the one in force; null if there is none
 * @param errors everything that is wrong with the definition; empty unless it failed
 */
public record Evaluation(
        ContainerName container,
        State state,
        long revision,
        long judged,
        @Nullable String refusal,
        @Nullable Generation generation,
        @Nullable ContainerDefinition definition,
        @Nullable ContainerSpec spec,
        List<Problem> errors) {
    /** Keeps an immutable copy of the errors. */
    public Evaluation {
        errors = List.copyOf(errors);
    }

    /** What came out of an evaluation. */
    public enum State {
        /** A spec, and it is in force. */
        @JsonProperty("evaluated")
        EVALUATED,
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
