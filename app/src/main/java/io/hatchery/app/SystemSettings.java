package io.hatchery.app;

import io.hatchery.config.system.NixSettings;
import io.hatchery.spec.Span;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How systems are evaluated, built and given away, from the configuration. */
final class SystemSettings {
    private static final String NONE = "none";

    private SystemSettings() {}

    static NixSettings of(Settings settings) {
        String nixpkgs = settings.get(ConfigurationKey.CONFIG_NIXPKGS);
        String processes = settings.get(ConfigurationKey.CONFIG_EVALUATIONS);
        String cache = cache(settings);
        return new NixSettings(
                settings.data().resolve("systems"),
                nixpkgs.isEmpty() ? null : Path.of(nixpkgs).toAbsolutePath(),
                processes.isEmpty()
                        ? Math.max(1, Runtime.getRuntime().availableProcessors() / 2)
                        : (int) SettingsCheck.number(settings, ConfigurationKey.CONFIG_EVALUATIONS),
                SettingsCheck.number(settings, ConfigurationKey.CONFIG_EVALUATION_MEMORY) << 20,
                span(settings, ConfigurationKey.CONFIG_EVALUATION_TIMEOUT),
                span(settings, ConfigurationKey.CONFIG_BUILD_TIMEOUT),
                settings.bool(ConfigurationKey.CONFIG_IMPORT_FROM_DERIVATION),
                cache,
                cache == null ? null : key(settings),
                flakePaths(settings),
                settings.get(ConfigurationKey.CONFIG_NIX_USER));
    }

    /**
     * The paths below which flakes may be.
     *
     * @throws UserError if one is not absolute
     */
    static List<Path> flakePaths(Settings settings) {
        return settings.words(ConfigurationKey.CONFIG_FLAKE_PATHS).stream()
                .map(text -> {
                    if (!text.startsWith("/")) {
                        throw new UserError(
                                "config.flake-paths has '" + text + "': give absolute paths, apart by commas");
                    }
                    return Path.of(text);
                })
                .toList();
    }

    private static @Nullable String cache(Settings settings) {
        String cache = settings.get(ConfigurationKey.CONFIG_NIX_CACHE);
        if (cache.equals(NONE)) {
            return null;
        }
        return cache.isEmpty() ? "file://" + cacheFolder(settings) + "?compression=zstd" : cache;
    }

    /** Where the cache is that the gateway serves. */
    static Path cacheFolder(Settings settings) {
        String folder = settings.get(ConfigurationKey.GATEWAY_NIX_CACHE);
        return folder.isEmpty()
                ? settings.data().resolve("nix-cache")
                : Path.of(folder).toAbsolutePath();
    }

    /** The file of the token that clients of the cache show. */
    static Path cacheToken(Settings settings) {
        String file = settings.get(ConfigurationKey.GATEWAY_NIX_CACHE_TOKEN_FILE);
        return file.isEmpty() ? settings.data().resolve("nix-cache.token") : Path.of(file);
    }

    private static Path key(Settings settings) {
        String file = settings.get(ConfigurationKey.CONFIG_NIX_KEY);
        return file.isEmpty()
                ? settings.data().resolve("nix-cache.secret")
                : Path.of(file).toAbsolutePath();
    }

    /** The time span that a key has. */
    static Duration span(Settings settings, ConfigurationKey key) {
        try {
            Span span = Span.parse(settings.get(key));
            return span.isInfinite() ? Duration.ofDays(365) : span.toDuration();
        } catch (IllegalArgumentException e) {
            throw new UserError(key.key() + ": " + e.getMessage(), e);
        }
    }
}
