package io.hatchery.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;

/** What systems are evaluated with: a nixpkgs that {@code HATCHERY_TEST_NIXPKGS} names, or else a small tree of the same interface. */
final class Nixpkgs {
    /** Settings of Nix with which everything is built on this machine, as it is, by whoever runs the tests. */
    static final String CONFIG = """
            sandbox = false
            substituters =
            build-users-group =
            experimental-features = nix-command flakes
            """;

    private static final Path TREE = Path.of("target/nixpkgs").toAbsolutePath();

    private Nixpkgs() {}

    /** Where it is. */
    static synchronized Path tree() {
        Optional<String> given = Optional.ofNullable(System.getenv("HATCHERY_TEST_NIXPKGS"));
        if (given.isPresent()) {
            return Path.of(given.get());
        }
        try {
            if (!Files.exists(TREE)) {
                Path unfinished = Path.of("target/nixpkgs.unfinished").toAbsolutePath();
                AcceptanceTestBase.delete(unfinished);
                copy(Path.of("src/test/resources/nixpkgs"), unfinished);
                Path tools = unfinished.resolve("tools");
                Files.copy(Path.of("/bin/busybox"), tools.resolve("busybox"), StandardCopyOption.REPLACE_EXISTING);
                ProcessResult.toEnd(new ProcessBuilder(
                                "gcc",
                                "-static",
                                "-O1",
                                "-o",
                                tools.resolve("init").toString(),
                                tools.resolve("init.c").toString()))
                        .orFail();
                Files.move(unfinished, TREE);
            }
            return TREE;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    /** An installation that evaluates with it. */
    static Installation installation() {
        Installation installation = Installation.create();
        installation.environment().putAll(Map.of("NIX_CONFIG", CONFIG, "HATCHERY_CONFIG_NIXPKGS", tree().toString()));
        return installation;
    }

    /** Removes from the machine what tests' containers left in its store and among its roots. */
    static void cleanUp() {
        for (String kind : new String[] {"profiles", "gcroots"}) {
            Path folder = Path.of("/nix/var/nix", kind, "per-container");
            if (Files.isDirectory(folder)) {
                try (var containers = Files.list(folder)) {
                    containers
                            .filter(path -> path.getFileName().toString().startsWith("t-"))
                            .forEach(AcceptanceTestBase::delete);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        AcceptanceTestBase.delete(Path.of("/nix/var/nix/gcroots/hatchery"));
        collectGarbage();
    }

    /** Removes from the machine's store what no root keeps. */
    static void collectGarbage() {
        var builder = new ProcessBuilder("nix-store", "--gc", "--quiet");
        builder.environment().put("NIX_CONFIG", CONFIG);
        ProcessResult.toEnd(builder).orFail();
    }
}
