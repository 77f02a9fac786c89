package io.hatchery.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The descriptions and the nixpkgs of commands that read definitions from files. */
final class FleetSource {
    static final String FILE = "JSON or YAML: one definition, named by the file's name, or several under 'containers';"
            + " or a fleet.nix with containers.<name> as NixOS has them; - reads JSON or YAML from standard input";
    static final String NIXPKGS =
            "nixpkgs whose lib a fleet.nix gets (default: config.nixpkgs, or <nixpkgs> of NIX_PATH)";

    private FleetSource() {}

    /** The nixpkgs of the command line, else of the configuration, else of NIX_PATH; null if there is none. */
    static @Nullable Path nixpkgs(@Nullable Path given, Settings settings) {
        if (given != null) {
            if (!Files.exists(given.resolve("lib"))) {
                throw new UserError("--nixpkgs " + given + " is not nixpkgs: it has no folder lib");
            }
            return given;
        }
        Optional<Path> configured = EvaluationSettings.nixpkgs(settings);
        if (configured.isPresent()) {
            return configured.get();
        }
        String searched = Optional.ofNullable(System.getenv("NIX_PATH")).orElse("");
        return Arrays.stream(searched.split(":"))
                .filter(entry -> entry.startsWith("nixpkgs=/"))
                .map(entry -> Path.of(entry.substring("nixpkgs=".length())))
                .filter(Files::exists)
                .findFirst()
                .orElse(null);
    }
}
