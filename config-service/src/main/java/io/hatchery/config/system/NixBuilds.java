package io.hatchery.config.system;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.nix.NetworkIsolation;
import io.hatchery.nix.NixCommand;
import io.hatchery.nix.NixLine;
import io.hatchery.nix.NixUser;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.SystemSource;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Evaluates and builds with the installed Nix. */
final class NixBuilds {
    private static final Duration COPY_LIMIT = Duration.ofHours(1);

    private final NixSettings settings;
    private Optional<NixUser> user = Optional.empty();
    private boolean userKnown;
    private @Nullable NetworkIsolation isolation;

    NixBuilds(NixSettings settings) {
        this.settings = settings;
    }

    /**
     * The user that evaluates; empty for the user of this process.
     *
     * @throws IOException if the configured user cannot be used
     */
    synchronized Optional<NixUser> requireUser() throws IOException {
        if (!userKnown) {
            user = NixUser.resolve(settings.user());
            userKnown = true;
        }
        return user;
    }

    /**
     * How configurations are evaluated: without a network, unless what an evaluation builds may have to fetch something.
     *
     * @throws IOException if it cannot be found out
     */
    synchronized NetworkIsolation isolation() throws IOException {
        if (isolation == null) {
            isolation = settings.importFromDerivation()
                    ? new NetworkIsolation(List.of(), "config.import-from-derivation is set")
                    : NetworkIsolation.probe();
        }
        return isolation;
    }

    /**
     * The result of an evaluation.
     *
     * @param derivation path of the system's derivation
     * @param output path of the system
     * @param trace a store path that every derivation depending on the container's name refers to
     */
    record EvaluatedSystem(String derivation, String output, String trace) {}

    /** The nixpkgs that a configuration is evaluated with. */
    Path nixpkgs(SystemSource.Configuration configuration) throws IOException {
        Path nixpkgs = configuration.nixpkgs() == null ? settings.nixpkgs() : Path.of(configuration.nixpkgs());
        if (nixpkgs == null) {
            throw new IOException(
                    "no nixpkgs is given: set nixpkgs in the definition, or the key config.nixpkgs of the config-service");
        }
        if (!Files.exists(nixpkgs.resolve("nixos/lib/eval-config.nix"))) {
            throw new IOException(
                    "nixpkgs " + nixpkgs + " has no nixos/lib/eval-config.nix on the host of the config-service");
        }
        return nixpkgs.toRealPath();
    }

    /**
     * Evaluates a source, and builds nothing but what the evaluation itself must read, if that is allowed.
     *
     * @param name the container; null for a system that any container with this configuration can have
     * @param example a container with this configuration, for messages
     */
    EvaluatedSystem evaluate(
            SystemSource source, @Nullable ContainerName name, ContainerName example, Consumer<NixLine> log)
            throws IOException {
        requireNix();
        Optional<NixUser> evaluator = requireUser();
        Path work = evaluator.isPresent()
                ? Files.createTempDirectory("hatchery-evaluation-") // which that user can reach, unlike the data folder
                : Files.createTempDirectory(
                        Files.createDirectories(settings.folder().resolve("requests")), "request-");
        try {
            List<String> command = switch (source) {
                case SystemSource.Configuration configuration ->
                    ofConfiguration(configuration, name, example, work.toRealPath());
                case SystemSource.Flake flake -> ofFlake(flake);
            };
            if (evaluator.isPresent()) {
                evaluator.get().own(work);
            }
            if (source instanceof SystemSource.Flake flake) {
                new FlakeCheck(new FlakePaths(settings.flakePaths()), check -> evaluation(check, work, log, false))
                        .check(flake.reference());
            }
            // A flake may fetch what it names by hash; a configuration may read no URL.
            String answer = evaluation(command, work, log, source instanceof SystemSource.Configuration);
            ObjectNode json = Json.readObject(answer.getBytes(StandardCharsets.UTF_8));
            return new EvaluatedSystem(
                    json.path("drv").asText(),
                    json.path("out").asText(),
                    json.path("trace").asText());
        } catch (UnreadableException e) {
            throw new IOException("Nix's answer cannot be read: " + e.getMessage(), e);
        } finally {
            delete(work);
        }
    }

    /** Runs an evaluation of untrusted definitions. */
    private String evaluation(List<String> command, Path work, Consumer<NixLine> log, boolean isolated)
            throws IOException {
        NixCommand evaluation = command(command, settings.limits().evaluationTimeout(), log);
        Optional<NixUser> evaluator = requireUser();
        if (evaluator.isPresent()) {
            evaluation.as(evaluator.get()).home(evaluator.get().home().orElse(work));
        }
        evaluation.memory(settings.limits().memory());
        return (isolated ? evaluation.within(isolation()) : evaluation).run();
    }

    private static void requireNix() throws IOException {
        if (!NixCommand.isInstalled()) {
            throw new IOException(
                    "the host of the config-service has no Nix: install it there (nix-bin on Debian), or give an evaluated system as path");
        }
    }

    private List<String> ofConfiguration(
            SystemSource.Configuration configuration, @Nullable ContainerName name, ContainerName example, Path work)
            throws IOException {
        Path nixpkgs = nixpkgs(configuration);
        Path expression = work.resolve("evaluate.nix");
        try (InputStream resource = Objects.requireNonNull(NixBuilds.class.getResourceAsStream("evaluate.nix"))) {
            Files.copy(resource, expression);
        }
        Path request = work.resolve("request.json");
        Files.write(request, Json.bytes(request(configuration, name, example, nixpkgs, work)));
        var command = new ArrayList<String>(
                List.of("nix-instantiate", "--eval", "--strict", "--json", "--read-write-mode", "--show-trace"));
        command.addAll(List.of("--argstr", "request", request.toString()));
        command.addAll(List.of("-I", "hatchery=" + work, "-I", "nixpkgs=" + nixpkgs));
        command.addAll(options(Map.of(
                "restrict-eval", "true",
                "allowed-uris", "",
                "allow-import-from-derivation", String.valueOf(settings.importFromDerivation()))));
        command.add(expression.toString());
        return command;
    }

    private static ObjectNode request(
            SystemSource.Configuration configuration,
            @Nullable ContainerName name,
            ContainerName example,
            Path nixpkgs,
            Path work)
            throws IOException {
        ObjectNode request = Json.object()
                .put("name", name == null ? null : name.value())
                .put("prefix", example.value())
                .put("nixpkgs", nixpkgs.toString());
        try {
            request.set("arguments", Json.readObject(configuration.specialArgs().getBytes(StandardCharsets.UTF_8)));
        } catch (UnreadableException e) {
            throw new IOException("specialArgs: " + e.getMessage(), e);
        }
        ArrayNode modules = request.putArray("modules");
        for (int i = 0; i < configuration.modules().size(); i++) {
            SystemSource.Module module = configuration.modules().get(i);
            Path folder = work.resolve("module-" + i);
            for (var file : module.files().entrySet()) {
                Path path = folder.resolve(file.getKey());
                Files.createDirectories(path.getParent());
                Files.writeString(path, file.getValue());
            }
            modules.addObject().put("folder", folder.toString()).put("main", module.main());
        }
        return request;
    }

    private List<String> ofFlake(SystemSource.Flake flake) {
        String attribute =
                flake.attribute().replace("\\", "\\\\").replace("\"", "\\\"").replace("${", "\\${");
        var command = new ArrayList<String>(List.of("nix", "eval", "--json", "--show-trace", "--no-write-lock-file"));
        command.addAll(List.of("--extra-experimental-features", "nix-command flakes"));
        command.addAll(options(Map.of(
                "allow-import-from-derivation", String.valueOf(settings.importFromDerivation()),
                // Evaluates exactly what was checked: nothing is fetched again.
                "tarball-ttl", String.valueOf(Integer.MAX_VALUE))));
        command.addAll(List.of(
                flake.reference() + "#nixosConfigurations.\"" + attribute + "\".config.system.build.toplevel",
                "--apply",
                "system: { drv = system.drvPath; out = system.outPath; trace = \"\"; }"));
        return command;
    }

    /** Whether a derivation, or one of its inputs, refers to the trace. */
    boolean isMadeOf(EvaluatedSystem evaluated, Consumer<NixLine> log) throws IOException {
        return command(
                        List.of("nix-store", "--query", "--requisites", evaluated.derivation()),
                        settings.limits().evaluationTimeout(),
                        log)
                .run()
                .lines()
                .anyMatch(evaluated.trace()::equals);
    }

    /** Builds a system, or substitutes it, and keeps it while the link exists. */
    void build(EvaluatedSystem evaluated, Path link, Consumer<NixLine> log) throws IOException {
        Files.createDirectories(link.getParent());
        String _ = command(
                        List.of(
                                "nix-store",
                                "--realise",
                                evaluated.derivation(),
                                "--add-root",
                                link.toString(),
                                "--indirect"),
                        settings.limits().buildTimeout(),
                        log)
                .run();
    }

    /** Whether the closure of a store path exists. */
    boolean isValid(String path) throws IOException {
        return command(
                        List.of("nix-store", "--check-validity", "--print-invalid", path),
                        settings.limits().evaluationTimeout(),
                        line -> {})
                .run()
                .isBlank();
    }

    /** Copies the closure of a system into the cache, signed. */
    void copy(String path, Consumer<NixLine> log) throws IOException {
        NixSettings.SystemCache cache = settings.cache();
        if (cache == null) {
            return;
        }
        requireKey();
        String to = cache.url() + (cache.url().contains("?") ? "&" : "?") + "secret-key=" + cache.key();
        String _ = command(
                        List.of("nix", "copy", "--extra-experimental-features", "nix-command", "--to", to, path),
                        COPY_LIMIT,
                        log)
                .run();
    }

    /** Creates the secret key that signs the cache, and its public key beside it, if they are missing. */
    synchronized void requireKey() throws IOException {
        NixSettings.SystemCache cache = settings.cache();
        if (cache == null || Files.exists(cache.key())) {
            return;
        }
        Path key = cache.key();
        Path folder = Files.createDirectories(key.toAbsolutePath().getParent());
        Path made = Files.createTempDirectory(folder, "key-");
        SigningKey fresh =
                SigningKey.create("hatchery-" + UUID.randomUUID().toString().substring(0, 8));
        Path secret = made.resolve("secret");
        Files.createFile(secret, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secret, fresh.secret());
        Files.writeString(made.resolve("public"), fresh.publicKey());
        Files.move(made.resolve("public"), key.resolveSibling(publicName(key)), StandardCopyOption.REPLACE_EXISTING);
        Files.move(secret, key);
        Files.delete(made);
    }

    private static String publicName(Path key) {
        return key.getFileName().toString().replaceFirst("\\.secret$", "") + ".pub";
    }

    private NixCommand command(List<String> command, Duration limit, Consumer<NixLine> log) throws IOException {
        var nix = new NixCommand(command, limit, log).home(settings.folder());
        return requireUser().isPresent() ? nix.byDaemon() : nix;
    }

    private static List<String> options(Map<String, String> options) {
        var words = new ArrayList<String>();
        options.forEach((name, value) -> words.addAll(List.of("--option", name, value)));
        return words;
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
