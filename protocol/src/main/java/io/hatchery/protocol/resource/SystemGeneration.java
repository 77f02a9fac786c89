package io.hatchery.protocol.resource;

import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.Generation;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A NixOS system of a container.
 *
 * @param generation the first generation with this system
 * @param path the store path of the system, or a link to it
 * @param revision the revision of the definition
 * @param since when the spec was published
 * @param until the first generation without this system; null while the last spec has it
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
