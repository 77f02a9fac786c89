package io.hatchery.protocol.resource;

import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.Generation;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A system that a container was given.
 *
 * @param generation of the first spec that has it
 * @param path the system in the store, or a link to it
 * @param revision the definition's
 * @param since when it was given
 * @param until generation of the first spec that does not have it any more; null while the last spec has it
 * @param current whether the spec in force has it
 * @param running whether the container runs it
 */
public record SystemGeneration(
        Generation generation,
        String path,
        long revision,
        Instant since,
        @Nullable Generation until,
        boolean current,
        boolean running) {
    /** A system of an evaluation. */
    public static SystemGeneration of(Evaluation.GivenSystem system, boolean current, boolean running) {
        return new SystemGeneration(
                system.generation(),
                system.path(),
                system.revision(),
                system.since(),
                system.until(),
                current,
                running);
    }
}
