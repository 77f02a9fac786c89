package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Initiator;
import io.hatchery.spec.Generation;
import org.jspecify.annotations.Nullable;

/**
 * How the container came to its lifecycle state.
 *
 * @param restarts automatic restarts since the last requested start or stable run
 * @param exit the exit of the last run that had processes; null if there is none
 * @param reason why the container is in its phase; null if its commands explain it
 * @param initiator the source of the last change, if that was not the fleet; null otherwise
 * @param spawnedGeneration generation of the last run whose processes were spawned since the host's boot; null if there is none
 * @param readyGeneration generation of the last run that became ready since the host's boot; null if there is none
 */
public record RunHistory(
        int restarts,
        @Nullable Exit exit,
        @Nullable String reason,
        @Nullable Initiator initiator,
        @Nullable Generation spawnedGeneration,
        @Nullable Generation readyGeneration) {
    /** The history of a container that never ran. */
    static final RunHistory NONE = new RunHistory(0, null, null, null, null, null);

    RunHistory withRestarts(int next) {
        return new RunHistory(next, exit, reason, initiator, spawnedGeneration, readyGeneration);
    }

    RunHistory withExit(@Nullable Exit next) {
        return new RunHistory(restarts, next, reason, initiator, spawnedGeneration, readyGeneration);
    }

    RunHistory withReason(@Nullable String next) {
        return new RunHistory(restarts, exit, next, initiator, spawnedGeneration, readyGeneration);
    }

    RunHistory withInitiator(@Nullable Initiator next) {
        return new RunHistory(restarts, exit, reason, next, spawnedGeneration, readyGeneration);
    }

    RunHistory withSpawned(Generation generation) {
        return new RunHistory(restarts, exit, reason, initiator, generation, readyGeneration);
    }

    RunHistory withReady(Generation generation) {
        return new RunHistory(restarts, exit, reason, initiator, generation, generation);
    }
}
