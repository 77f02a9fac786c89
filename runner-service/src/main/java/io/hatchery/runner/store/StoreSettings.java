package io.hatchery.runner.store;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a host's systems come from, beside what its Nix is configured with.
 *
 * @param caches URLs of Nix binary caches, the first asked first
 * @param keys the public keys of those whose signatures count, as {@code name:key}
 * @param tokenFile file of the token that the caches are shown; null if they want none
 * @param folder for what Nix keeps of its own
 */
public record StoreSettings(
        List<String> caches, List<String> keys, @Nullable Path tokenFile, Path folder) {
    /** Keeps immutable copies. */
    public StoreSettings {
        caches = List.copyOf(caches);
        keys = List.copyOf(keys);
    }
}
