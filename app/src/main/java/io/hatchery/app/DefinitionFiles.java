package io.hatchery.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Definitions in files: JSON, YAML or Nix. */
final class DefinitionFiles {
    private static final String SEVERAL = "containers";

    /**
     * A definition.
     *
     * @param name the container's
     * @param options as they are written
     * @param file where it was found
     */
    record Named(String name, ObjectNode options, Path file) {}

    private DefinitionFiles() {}

    /**
     * Those of a file, or of every {@code .json}, {@code .yaml} and {@code .yml} file in a folder, and its {@code fleet.nix}.
     *
     * @param nixpkgs whose lib a file in Nix takes; null if there is none
     */
    static List<Named> read(Path path, @Nullable Path nixpkgs) throws IOException {
        if (!Files.exists(path)) {
            throw new Refusal("there is no " + path);
        }
        var definitions = new ArrayList<Named>();
        if (Files.isDirectory(path)) {
            try (var entries = Files.list(path)) {
                for (Path file :
                        entries.filter(DefinitionFiles::isDefinition).sorted().toList()) {
                    definitions.addAll(readFile(file, nixpkgs));
                }
            }
        } else {
            definitions.addAll(readFile(path, nixpkgs));
        }
        if (definitions.isEmpty()) {
            throw new Refusal(path + " declares nothing: it holds no .json, .yaml or .yml file, and no fleet.nix");
        }
        return definitions;
    }

    private static boolean isDefinition(Path file) {
        return file.toString().matches(".*\\.(json|ya?ml)") || file.endsWith("fleet.nix");
    }

    private static List<Named> readFile(Path file, @Nullable Path nixpkgs) throws IOException {
        if (file.toString().endsWith(".nix")) {
            return FleetNix.read(file, nixpkgs);
        }
        ObjectNode object;
        try {
            object = Json.readYamlObject(Files.readAllBytes(file));
        } catch (UnreadableException e) {
            throw new Refusal(file + " cannot be read: " + e.getMessage(), e);
        }
        var definitions = new ArrayList<Named>();
        if (object.size() == 1 && object.get(SEVERAL) instanceof ObjectNode several) {
            for (var entry : several.properties()) {
                if (!(entry.getValue() instanceof ObjectNode options)) {
                    throw new Refusal(file + ": containers." + entry.getKey() + " is no object of options");
                }
                definitions.add(new Named(entry.getKey(), options, file));
            }
        } else {
            String name = file.getFileName().toString().replaceAll("\\.[^.]*$", "");
            definitions.add(new Named(name, object, file));
        }
        for (Named definition : definitions) {
            ModuleFiles.resolve(definition.options(), file);
        }
        return definitions;
    }
}
