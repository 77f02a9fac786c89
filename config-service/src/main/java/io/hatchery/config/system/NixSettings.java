package io.hatchery.config.system;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How systems are evaluated and built.
 *
 * @param folder for the garbage collector roots of systems and for requests in progress
 * @param nixpkgs for definitions that name none; null if they must name one
 * @param limits of evaluations and builds
 * @param importFromDerivation whether an evaluation may build a derivation in order to read it
 * @param flakePaths paths of this host below which flakes and their inputs may lie
 * @param user the user that evaluates, as {@link io.hatchery.nix.NixUser#resolve} takes it
 * @param cache the binary cache to which systems are copied; null for none
 */
public record NixSettings(
        Path folder,
        @Nullable Path nixpkgs,
        EvaluationLimits limits,
        boolean importFromDerivation,
        List<Path> flakePaths,
        String user,
        @Nullable SystemCache cache) {
    /** Keeps an immutable copy of the paths. */
    public NixSettings {
        flakePaths = List.copyOf(flakePaths);
    }

    /**
     * Limits of evaluations and builds.
     *
     * @param concurrency maximum number of systems that are evaluated or built at the same time, at least 1
     * @param memory address space of an evaluation, in bytes
     * @param evaluationTimeout time limit of an evaluation
     * @param buildTimeout time limit of a build
     */
    public record EvaluationLimits(int concurrency, long memory, Duration evaluationTimeout, Duration buildTimeout) {}

    /**
     * A Nix binary cache.
     *
     * @param url as {@code nix copy --to} takes it
     * @param key file of the secret key that signs the cache's paths; generated if it is missing
     */
    public record SystemCache(String url, Path key) {}
}
