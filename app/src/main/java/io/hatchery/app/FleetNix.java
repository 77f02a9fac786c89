package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.nix.NixCommand;
import io.hatchery.nix.NixFailure;
import io.hatchery.nix.NixLine;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A fleet in Nix: {@code containers.<name> = { config = …; autoStart = …; }} as NixOS has it. All but {@code config} is evaluated here, and
 * travels as any definition does. {@code config} may hold functions, so the files themselves travel, and the config-service finds the
 * module in them.
 */
final class FleetNix {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final String EVALUATOR = "hatchery-fleet.nix";
    private static final String READER = "read-fleet.nix";

    private final Path file;
    private final Path folder;
    private final Map<String, String> files;

    private FleetNix(Path file) throws IOException {
        this.file = file.toRealPath();
        this.folder = Objects.requireNonNull(this.file.getParent());
        this.files = ModuleFiles.of(folder);
    }

    /**
     * The definitions of a file.
     *
     * @param nixpkgs whose lib the file takes; null if it needs none
     */
    static List<DefinitionFiles.Named> read(Path file, @Nullable Path nixpkgs) throws IOException {
        var fleet = new FleetNix(file);
        var definitions = new ArrayList<DefinitionFiles.Named>();
        for (var container : fleet.evaluate(nixpkgs).properties()) {
            definitions.add(new DefinitionFiles.Named(
                    container.getKey(), fleet.definition(container.getKey(), container.getValue()), file));
        }
        return definitions;
    }

    private ObjectNode evaluate(@Nullable Path nixpkgs) throws IOException {
        if (!NixCommand.isInstalled()) {
            throw new UserError(
                    file + " is read with Nix, which is not installed here: install it (nix-bin on Debian)");
        }
        Path work = Files.createTempDirectory("hatchery-fleet-");
        try {
            for (String name : List.of(EVALUATOR, READER)) {
                Files.writeString(work.resolve(name), resource(name));
            }
            var command = new ArrayList<>(List.of("nix-instantiate", "--eval", "--strict", "--json", "--show-trace"));
            command.addAll(List.of("--argstr", "fleet", file.toString()));
            if (nixpkgs != null) {
                String path = nixpkgs.toRealPath().toString();
                command.addAll(List.of("--argstr", "nixpkgs", path, "-I", "nixpkgs=" + path));
            }
            command.add(work.resolve(READER).toString());
            String json = new NixCommand(command, PATIENCE, line -> {}).run();
            return Json.readObject(json.getBytes(StandardCharsets.UTF_8));
        } catch (NixFailure e) {
            throw new UserError(file + " cannot be evaluated:" + format(e), e);
        } catch (UnreadableException e) {
            throw new UserError("Nix's answer about " + file + " cannot be read: " + e.getMessage(), e);
        } finally {
            for (String name : List.of(EVALUATOR, READER)) {
                Files.deleteIfExists(work.resolve(name));
            }
            Files.delete(work);
        }
    }

    private static String format(NixFailure e) {
        if (e.failures().isEmpty()) {
            return " " + e.getMessage();
        }
        return e.failures().stream()
                .map(failure -> "\n  " + failure.words() + at(failure.place())
                        + failure.trace().stream()
                                .filter(step -> step.place() != null)
                                .map(step -> "\n    … " + step.words() + at(step.place()))
                                .collect(Collectors.joining()))
                .collect(Collectors.joining());
    }

    private static String at(NixLine.@Nullable SourceLocation place) {
        return place == null ? "" : " at " + place.file() + ":" + place.line() + ":" + place.column();
    }

    private ObjectNode definition(String name, JsonNode container) {
        ObjectNode options = (ObjectNode) container.get("options");
        JsonNode modules = container.get("modules");
        if (!modules.isEmpty()) {
            ArrayNode config = options.putArray("config");
            for (int i = 0; i < modules.size(); i++) {
                config.add(module(name, i, modules.get(i).path("path").textValue()));
            }
        }
        return options;
    }

    /** A module that is a file is sent as that file, so that containers which share it share its evaluation. */
    private ObjectNode module(String container, int index, @Nullable String path) {
        var all = new TreeMap<>(files);
        String main;
        if (path != null) {
            Path module = Path.of(path);
            Path real = Files.isDirectory(module) ? module.resolve("default.nix") : module;
            if (!real.startsWith(folder)) {
                throw new UserError("containers." + container + ".config: " + path + " is not below " + folder
                        + ", with which it travels: move it there, or import it from there");
            }
            main = folder.relativize(real).toString();
        } else {
            main = "hatchery-container.nix";
            all.put(EVALUATOR, resource(EVALUATOR));
            all.put(main, """
                    { lib, ... }:
                    let containers = import ./hatchery-fleet.nix { inherit lib; fleet = ./%s; };
                    in { imports = [ (builtins.elemAt containers."%s".modules %d) ]; }
                    """.formatted(folder.relativize(file), container, index));
        }
        ObjectNode module = Json.object();
        ObjectNode texts = module.putObject("files");
        all.forEach(texts::put);
        return module.put("main", main);
    }

    private static String resource(String name) {
        try (InputStream stream = Objects.requireNonNull(FleetNix.class.getResourceAsStream(name), name)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the jar has no " + name, e);
        }
    }
}
