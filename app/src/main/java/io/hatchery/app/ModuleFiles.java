package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;

/** Reads the files of a NixOS module into a definition. */
final class ModuleFiles {
    private static final long MOST_BYTES = 700_000;

    private ModuleFiles() {}

    /** Those of a folder and below, by their path in it, but for hidden ones and what is no text. */
    static Map<String, String> of(Path folder) throws IOException {
        var files = new TreeMap<String, String>();
        long[] bytes = {0};
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path below, BasicFileAttributes attributes) {
                boolean hidden = !below.equals(folder) && isHidden(below);
                return hidden ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!isHidden(file) && Files.isRegularFile(file)) {
                    bytes[0] += attributes.size();
                    if (bytes[0] > MOST_BYTES) {
                        throw new UserError("the files below " + folder + " are too large for a definition: more than "
                                + MOST_BYTES / 1000 + " kB, with " + file
                                + "; keep the module in a folder of its own");
                    }
                    put(files, folder.relativize(file).toString(), Files.readAllBytes(file));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }

    private static boolean isHidden(Path path) {
        return path.getFileName().toString().startsWith(".");
    }

    private static void put(Map<String, String> files, String name, byte[] bytes) {
        try {
            files.put(
                    name,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException notText) {
            Output.note("hatchery: " + name + " is not text; it is left out of the definition");
        }
    }

    /**
     * Puts the files into a definition that names them: {@code {"file": "web.nix"}} alone, {@code {"directory": "web"}} with all it has.
     *
     * @param definition where it was read
     */
    static void resolve(ObjectNode options, Path definition) throws IOException {
        JsonNode config = options.get("config");
        if (config instanceof ArrayNode list) {
            for (int i = 0; i < list.size(); i++) {
                list.set(i, resolved(list.get(i), definition));
            }
        } else if (config != null) {
            options.set("config", resolved(config, definition));
        }
    }

    private static JsonNode resolved(JsonNode module, Path definition) throws IOException {
        Path folder = definition.toAbsolutePath().getParent();
        if (module.path("file").isTextual() && module.size() == 1 && folder != null) {
            Path file = there(folder.resolve(module.get("file").textValue()));
            return Json.node(Files.readString(file));
        }
        if (module.path("directory").isTextual() && folder != null) {
            Path directory = there(folder.resolve(module.get("directory").textValue()));
            ObjectNode files = ((ObjectNode) module).deepCopy();
            files.remove("directory");
            of(directory).forEach(files.putObject("files")::put);
            return files;
        }
        return module;
    }

    private static Path there(Path path) {
        if (!Files.exists(path)) {
            throw new UserError("config: there is no " + path);
        }
        return path;
    }
}
