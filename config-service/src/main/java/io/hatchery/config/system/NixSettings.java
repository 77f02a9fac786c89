package io.hatchery.config.system;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How systems are evaluated and built.
 *
 * @param folder for what is kept: the roots of systems, requests under way
 * @param nixpkgs for definitions that name none; null if they must
 * @param processes how many are evaluated or built at a time, at least 1
 * @param memory address space of an evaluation, in bytes
 * @param evaluationLimit how long an evaluation may take
 * @param buildLimit how long the build of a system may take
 * @param importFromDerivation whether an evaluation may build what it then reads
 * @param cache the URL of the store that systems are copied to, as {@code nix copy --to} takes it; null if they are not
 * @param key file of the secret key that the cache's paths are signed with; null if they are not signed here
 * @param flakePaths paths of this host below which flakes and their inputs may be
 * @param user the user that evaluates, as {@link io.hatchery.nix.NixUser#resolve} takes it
 */
public record NixSettings(
        Path folder,
        @Nullable Path nixpkgs,
        int processes,
        long memory,
        Duration evaluationLimit,
        Duration buildLimit,
        boolean importFromDerivation,
        @Nullable String cache,
        @Nullable Path key,
        List<Path> flakePaths,
        String user) {
    /** Keeps an immutable copy of the paths. */
    public NixSettings {
        flakePaths = List.copyOf(flakePaths);
    }
}
