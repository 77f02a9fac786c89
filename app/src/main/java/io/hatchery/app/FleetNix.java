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
import java.util.SortedMap;
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

    /**
     * @param file absolute
     * @param files the texts below its folder, by their relative paths
     */
    private FleetNix(Path file, Map<String, String> files) {
        this.file = file;
        this.folder = Objects.requireNonNull(file.getParent());
        this.files = files;
    }

    /**
     * The definitions of a file.
     *
     * @param nixpkgs whose lib the file takes; null if it needs none
     */
    static List<DefinitionFiles.Named> read(Path file, @Nullable Path nixpkgs) throws IOException {
        Path real = file.toRealPath();
        Map<String, String> files = ModuleFiles.of(Objects.requireNonNull(real.getParent()));
        return definitions(evaluate(real, nixpkgs), real, files).entrySet().stream()
                .map(container -> new DefinitionFiles.Named(container.getKey(), container.getValue(), file))
                .toList();
    }

    /**
     * The definitions by name.
     *
     * @param evaluated what Nix makes of the file: for each container its options, and the places of its modules
     * @param file absolute
     * @param files the texts below its folder, by their relative paths
     * @throws UserError if it is something else
     */
    static SortedMap<String, ObjectNode> definitions(ObjectNode evaluated, Path file, Map<String, String> files) {
        var fleet = new FleetNix(file, files);
        var definitions = new TreeMap<String, ObjectNode>();
        evaluated
                .properties()
                .forEach(container -> definitions.put(
                        container.getKey(), fleet.definition(container.getKey(), container.getValue())));
        return definitions;
    }

    private static ObjectNode evaluate(Path file, @Nullable Path nixpkgs) throws IOException {
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
        JsonNode modules = container.path("modules");
        if (!(container.get("options") instanceof ObjectNode options)) {
            throw new UserError(
                    file + ": containers." + name + " has no options: give a set, such as { autoStart = true; }");
        }
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
                    """.formatted(folder.relativize(file), escaped(container), index));
        }
        ObjectNode module = Json.object();
        ObjectNode texts = module.putObject("files");
        all.forEach(texts::put);
        return module.put("main", main);
    }

    /** A text between the quotes of Nix's language. */
    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("${", "\\${");
    }

    private static String resource(String name) {
        try (InputStream stream = Objects.requireNonNull(FleetNix.class.getResourceAsStream(name), name)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the jar has no " + name, e);
        }
    }
}
