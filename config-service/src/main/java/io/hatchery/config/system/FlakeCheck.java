package io.hatchery.config.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a flake that leads to a path of this host, before Nix reads that: the flake itself, its inputs, what its lock file names, and
 * the same of inputs that are not locked. What Nix then makes of it is compared with the same rule.
 */
final class FlakeCheck {
    private static final int MAX_FLAKES = 200;
    private static final int MAX_REDIRECTS = 10;
    private static final int MAX_LOCK_BYTES = 16 << 20;
    private static final Pattern DIRECTORY = Pattern.compile("[?&]dir=([^&#]*)");
    private static final String DESCRIBE = """
            source: let flake = import (source + "/flake.nix"); in {
              inputs = flake.inputs or { };
              arguments = builtins.attrNames (builtins.functionArgs flake.outputs);
            }""";

    private static final String FETCH = """
            json: let
              given = builtins.fromJSON json;
              tree = if builtins.isString given then given else builtins.removeAttrs given [ "dir" ];
            in (builtins.fetchTree tree).outPath""";

    /** Nix's programs. */
    interface Nix {
        /** The output of a program. */
        String run(List<String> command) throws IOException;
    }

    private final FlakePaths paths;
    private final Nix nix;
    private final Set<Path> seen = new HashSet<>();
    private final Deque<Path> toRead = new ArrayDeque<>();

    /** Creates a check. */
    FlakeCheck(FlakePaths paths, Nix nix) {
        this.paths = paths;
        this.nix = nix;
    }

    /**
     * Reads a flake's inputs.
     *
     * @throws IOException if one is not allowed, with the reason, or cannot be read
     */
    void check(String reference) throws IOException {
        follow("flake " + reference, TextNode.valueOf(reference), null, true);
        while (!toRead.isEmpty()) {
            Path folder = toRead.remove();
            for (FlakeInputs.FlakeInput input : FlakeInputs.of(describe(folder), lock(folder))) {
                follow(input.words() + ", " + words(input.reference()) + ",", input.reference(), folder, input.flake());
            }
        }
        JsonNode metadata = read(flakes("flake", "metadata", "--json", "--no-write-lock-file", reference));
        for (FlakeInputs.FlakeInput input : FlakeInputs.ofLock(metadata.path("locks"))) {
            FlakeReference leads = FlakeReference.of(input.reference());
            if (!FlakeReference.isRelative(leads)) { // Nix itself keeps these in the flake that they stand in
                require(input.words() + ", " + words(input.reference()) + ",", leads, null);
            }
        }
    }

    private void follow(String words, JsonNode given, @Nullable Path base, boolean flake) throws IOException {
        JsonNode reference = given;
        FlakeReference leads = FlakeReference.of(reference);
        for (int i = 0; leads instanceof FlakeReference.Registered(String id); i++) {
            if (i == MAX_REDIRECTS) {
                throw new IOException(words + " leads in circles through registries");
            }
            reference = registered(id, words);
            leads = FlakeReference.of(reference);
        }
        require(words, leads, base);
        if (flake) {
            fetch(reference, leads, base);
        }
    }

    private void require(String words, FlakeReference leads, @Nullable Path base) throws IOException {
        String refusal = paths.refusal(words, leads, base);
        if (refusal != null) {
            throw new IOException(refusal);
        }
    }

    /** All registry entries of a name: each is checked, because the one in effect depends on the user. */
    private JsonNode registered(String id, String words) throws IOException {
        String target = null;
        for (String line : flakes("registry", "list").lines().toList()) {
            String[] columns = line.split(" ");
            boolean matches = columns.length == 3
                    && FlakeReference.ofText(columns[1]) instanceof FlakeReference.Registered(String known)
                    && known.equals(id);
            if (matches) {
                require(words, FlakeReference.ofText(columns[2]), null);
                target = target == null ? columns[2] : target;
            }
        }
        if (target == null) {
            throw new IOException(words + " is in no flake registry of the config-service: give its address");
        }
        return TextNode.valueOf(target);
    }

    private void fetch(JsonNode reference, FlakeReference leads, @Nullable Path base) throws IOException {
        Path source =
                leads instanceof FlakeReference.Local(String path) && base != null && FlakeReference.isRelative(leads)
                        ? base.resolve(path)
                        : fetched(reference, leads);
        String text = reference.asText();
        Matcher directory = DIRECTORY.matcher(text);
        String folder =
                reference.isObject() ? reference.path("dir").asText() : directory.find() ? directory.group(1) : "";
        if (seen.add(source.resolve(folder))) {
            if (seen.size() > MAX_FLAKES) {
                throw new IOException(
                        "the flake has more than " + MAX_FLAKES + " inputs that are not locked: give it a flake.lock");
            }
            toRead.add(inside(source, folder));
        }
    }

    private Path fetched(JsonNode reference, FlakeReference leads) throws IOException {
        JsonNode tree = reference;
        if (leads instanceof FlakeReference.Local(String path) && isFolder(reference)) {
            tree = Json.object()
                    .put("type", "path")
                    .put("path", Path.of(path).toAbsolutePath().toString());
        } else if (reference.isTextual()) {
            tree = TextNode.valueOf(reference
                    .textValue()
                    .replaceFirst("#.*", "")
                    .replaceFirst("[?]dir=[^&]*$|dir=[^&]*&|&dir=[^&]*", ""));
        }
        return Path.of(flakes("eval", "--impure", "--raw", "--expr", "(" + FETCH + ") " + quoted(tree))
                .strip());
    }

    /** Whether a path is given as such, and not as the URL of a repository or an archive. */
    private static boolean isFolder(JsonNode reference) {
        return reference.isTextual()
                ? !reference.textValue().matches("(?!path:)[A-Za-z][A-Za-z0-9+.-]*:.*")
                : reference.path("type").asText().equals("path");
    }

    /** The folder of a flake, which no symbolic link may lead out of. */
    private static Path inside(Path source, String folder) throws IOException {
        Path real = source.resolve(folder).toRealPath();
        if (!real.startsWith(source.toRealPath())) {
            throw new IOException("the flake's folder " + folder + " is outside of the flake's tree");
        }
        return real;
    }

    private JsonNode describe(Path folder) throws IOException {
        required(folder.resolve("flake.nix"), folder);
        return read(nix.run(List.of(
                "nix-instantiate",
                "--eval",
                "--strict",
                "--json",
                "--option",
                "restrict-eval",
                "true",
                "--option",
                "allowed-uris",
                "",
                "-I",
                "flake=" + folder,
                "--expr",
                "(" + DESCRIBE + ") " + folder)));
    }

    private static JsonNode lock(Path folder) throws IOException {
        Path file = folder.resolve("flake.lock");
        if (!Files.exists(file)) {
            return MissingNode.getInstance();
        }
        required(file, folder);
        if (Files.size(file) > MAX_LOCK_BYTES) {
            throw new IOException("the flake's flake.lock has over " + MAX_LOCK_BYTES + " bytes");
        }
        return read(Files.readString(file));
    }

    private static void required(Path file, Path folder) throws IOException {
        if (!Files.exists(file)) {
            throw new IOException("the flake has no " + file.getFileName());
        }
        if (!file.toRealPath().startsWith(folder.toRealPath())) {
            throw new IOException("the flake's " + file.getFileName() + " is a link out of its folder");
        }
    }

    private String flakes(String... words) throws IOException {
        var command = new ArrayList<>(List.of("nix", "--extra-experimental-features", "nix-command flakes"));
        command.addAll(List.of(words));
        return nix.run(command);
    }

    private static JsonNode read(String json) throws IOException {
        try {
            return Json.readObject(json.getBytes(StandardCharsets.UTF_8));
        } catch (UnreadableException e) {
            throw new IOException("what the flake refers to cannot be read: " + e.getMessage(), e);
        }
    }

    private static String words(JsonNode reference) {
        return reference.isTextual() ? reference.textValue() : Json.text(reference);
    }

    /** JSON as a string of Nix's language. */
    private static String quoted(JsonNode json) {
        return "\""
                + Json.text(json).replace("\\", "\\\\").replace("\"", "\\\"").replace("${", "\\${") + "\"";
    }
}
