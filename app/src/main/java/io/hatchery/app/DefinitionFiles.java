package io.hatchery.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads definitions from JSON, YAML or Nix files. */
final class DefinitionFiles {
    private static final String SEVERAL = "containers";
    private static final Path STANDARD_INPUT = Path.of("-");

    /** A bound far above the size of real fleets, so that the input fits in memory. */
    private static final int LONGEST_INPUT = 64 << 20;

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
     * Those of a file, of standard input where the path is {@code -}, or of every {@code .json}, {@code .yaml} and {@code .yml} file in a folder, and its {@code fleet.nix}.
     *
     * @param nixpkgs whose lib a file in Nix takes; null if there is none
     */
    static List<Named> read(Path path, @Nullable Path nixpkgs) throws IOException {
        if (path.equals(STANDARD_INPUT)) {
            return readInput(System.in);
        }
        if (!Files.exists(path)) {
            throw new UserError("there is no " + path);
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
        requireDistinct(definitions);
        if (definitions.isEmpty()) {
            throw new UserError(path + " declares nothing: it has no .json, .yaml or .yml file, and no fleet.nix");
        }
        return definitions;
    }

    private static void requireDistinct(List<Named> definitions) {
        var files = new HashMap<String, Path>();
        for (Named definition : definitions) {
            Path other = files.put(definition.name(), definition.file());
            if (other != null) {
                throw new UserError("container " + definition.name() + " is declared twice, in " + other + " and "
                        + definition.file() + ": remove one of them. Nothing was changed");
            }
        }
    }

    private static boolean isDefinition(Path file) {
        return file.toString().matches(".*\\.(json|ya?ml)") || file.endsWith("fleet.nix");
    }

    private static List<Named> readFile(Path file, @Nullable Path nixpkgs) throws IOException {
        if (file.toString().endsWith(".nix")) {
            return FleetNix.read(file, nixpkgs);
        }
        ObjectNode object = parse(Files.readAllBytes(file), file.toString());
        var definitions = new ArrayList<Named>();
        if (isSeveral(object)) {
            definitions.addAll(several(object, file));
        } else {
            String name = file.getFileName().toString().replaceAll("\\.[^.]*$", "");
            definitions.add(new Named(name, object, file));
        }
        for (Named definition : definitions) {
            ModuleFiles.resolve(definition.options(), file);
        }
        return definitions;
    }

    /** Those of a stream, in which each has its name since there is no file to take it from. */
    static List<Named> readInput(InputStream input) throws IOException {
        byte[] bytes = input.readNBytes(LONGEST_INPUT + 1);
        if (bytes.length > LONGEST_INPUT) {
            throw new UserError("standard input is longer than " + (LONGEST_INPUT >> 20) + " MiB: apply it in parts");
        }
        ObjectNode object = parse(bytes, "standard input");
        if (!isSeveral(object)) {
            throw new UserError("standard input names no container: write containers: {<name>: {<options>}}");
        }
        List<Named> definitions = several(object, STANDARD_INPUT);
        for (Named definition : definitions) {
            ModuleFiles.resolve(definition.options(), STANDARD_INPUT);
        }
        return definitions;
    }

    private static ObjectNode parse(byte[] bytes, String source) {
        try {
            return Json.readYamlObject(bytes);
        } catch (UnreadableException e) {
            throw new UserError(source + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean isSeveral(ObjectNode object) {
        return object.size() == 1 && object.get(SEVERAL) instanceof ObjectNode;
    }

    private static List<Named> several(ObjectNode object, Path source) {
        var definitions = new ArrayList<Named>();
        for (var entry : object.withObject(SEVERAL).properties()) {
            if (!(entry.getValue() instanceof ObjectNode options)) {
                throw new UserError(source + ": containers." + entry.getKey() + " is not an object of options");
            }
            definitions.add(new Named(entry.getKey(), options, source));
        }
        return definitions;
    }
}
