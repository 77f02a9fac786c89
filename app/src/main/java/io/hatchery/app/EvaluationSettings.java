package io.hatchery.app;

import io.hatchery.config.system.NixSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The keys of config-service, and how it evaluates and builds systems. */
final class EvaluationSettings {
    private static final String NONE = "none";

    private static final ConfigurationKey<String> INSTANCE = ConfigurationKey.named("config.instance")
            .takes(ValueType.text())
            .describedAs("Name of this config-service among several")
            .defaultsToComputed("a generated name, kept in <data>");
    private static final ConfigurationKey<Path> NIXPKGS = ConfigurationKey.named("config.nixpkgs")
            .takes(ValueType.path())
            .describedAs("nixpkgs for definitions that have a config and no nixpkgs")
            .withoutDefault();
    private static final ConfigurationKey<Integer> EVALUATIONS = ConfigurationKey.named("config.evaluations")
            .takes(ValueType.integer(1, 1000))
            .describedAs("Maximum number of systems that are evaluated or built at the same time")
            .defaultsToComputed("half the processors");
    private static final ConfigurationKey<ByteSize> MEMORY = ConfigurationKey.named("config.evaluation.memory")
            .takes(ValueType.size("64MiB", "1024TiB"))
            .describedAs("Limit of the address space of an evaluation")
            .defaultsTo("8GiB");
    private static final ConfigurationKey<Duration> EVALUATION_TIMEOUT = ConfigurationKey.named(
                    "config.evaluation.timeout")
            .takes(ValueType.duration("1s", "365d"))
            .describedAs("Time limit of an evaluation")
            .defaultsTo("10min");
    private static final ConfigurationKey<Duration> BUILD_TIMEOUT = ConfigurationKey.named("config.build.timeout")
            .takes(ValueType.duration("1s", "365d"))
            .describedAs("Time limit of a build")
            .defaultsTo("1h");
    private static final ConfigurationKey<Boolean> IMPORT_FROM_DERIVATION = ConfigurationKey.named(
                    "config.import-from-derivation")
            .takes(ValueType.bool())
            .describedAs("Whether an evaluation may build a derivation in order to read it")
            .defaultsTo("false");
    private static final ConfigurationKey<List<Path>> FLAKE_PATHS = ConfigurationKey.named("config.flake-paths")
            .takes(ValueType.listOf(ValueType.absolutePath()))
            .describedAs("Absolute paths on this host below which flakes and their inputs may lie, separated by commas;"
                    + " Nix's store is always allowed")
            .withoutDefault();
    private static final ConfigurationKey<String> NIX_USER = ConfigurationKey.named("config.nix-user")
            .takes(ValueType.text())
            .describedAs("User that evaluates definitions through Nix's daemon, or none")
            .defaultsToComputed("hatchery-nix if config-service runs as root, that user exists and the daemon listens");
    private static final ConfigurationKey<String> NIX_CACHE = ConfigurationKey.named("config.nix-cache")
            .takes(ValueType.text())
            .describedAs("Nix store to which systems are copied, as for nix copy --to; or none")
            .defaultsToComputed("the folder that the gateway serves");
    private static final ConfigurationKey<Path> NIX_KEY = ConfigurationKey.named("config.nix-key")
            .takes(ValueType.path())
            .describedAs("File with the secret key that signs systems in the cache; if it is missing, it is generated,"
                    + " with its .pub beside it")
            .defaultsToComputed("<data>/nix-cache.secret");
    static final List<ConfigurationKey<?>> KEYS = List.of(
            INSTANCE,
            NIXPKGS,
            EVALUATIONS,
            MEMORY,
            EVALUATION_TIMEOUT,
            BUILD_TIMEOUT,
            IMPORT_FROM_DERIVATION,
            FLAKE_PATHS,
            NIX_USER,
            NIX_CACHE,
            NIX_KEY);

    private EvaluationSettings() {}

    static NixSettings of(Settings settings) {
        return new NixSettings(
                FolderSettings.of(settings).data().resolve("systems"),
                nixpkgs(settings).orElse(null),
                limits(settings),
                settings.get(IMPORT_FROM_DERIVATION),
                settings.find(FLAKE_PATHS).orElse(List.of()),
                settings.find(NIX_USER).orElse(""),
                cache(settings));
    }

    private static NixSettings.EvaluationLimits limits(Settings settings) {
        return new NixSettings.EvaluationLimits(
                settings.find(EVALUATIONS)
                        .orElseGet(() -> Math.max(1, Runtime.getRuntime().availableProcessors() / 2)),
                settings.get(MEMORY).bytes(),
                settings.get(EVALUATION_TIMEOUT),
                settings.get(BUILD_TIMEOUT));
    }

    private static NixSettings.@Nullable SystemCache cache(Settings settings) {
        String url = settings.find(NIX_CACHE)
                .orElseGet(() -> "file://" + GatewaySettings.cacheFolder(settings) + "?compression=zstd");
        if (url.equals(NONE)) {
            return null;
        }
        Path data = FolderSettings.of(settings).data();
        return new NixSettings.SystemCache(
                url, settings.find(NIX_KEY).orElseGet(() -> data.resolve("nix-cache.secret")));
    }

    /** The configured nixpkgs, if there is one. */
    static Optional<Path> nixpkgs(Settings settings) {
        return settings.find(NIXPKGS);
    }

    /** The name of this config-service, the same after a restart. */
    static String instance(Settings settings) throws IOException {
        Optional<String> configured = settings.find(INSTANCE);
        return configured.isPresent()
                ? configured.get()
                : Secrets.instance(FolderSettings.of(settings).data());
    }
}
