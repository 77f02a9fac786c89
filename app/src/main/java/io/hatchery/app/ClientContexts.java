package io.hatchery.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The gateways that a user of the client knows, each under a name, and the one in use. They are in one file, which only its owner can
 * read, because it has the tokens.
 *
 * @param file a JSON file, which need not exist
 */
record ClientContexts(Path file) {
    private static final Set<PosixFilePermission> OF_OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private static final String CURRENT = "current";
    private static final String CONTEXTS = "contexts";

    /**
     * One gateway.
     *
     * @param url without a slash at its end
     * @param authority PEM certificates of the authorities that issued the gateway's; null for those that the JDK knows
     */
    record ClientContext(String url, String token, @Nullable String authority) {}

    /** The file in the user's configuration folder (XDG Base Directory Specification). */
    static ClientContexts ofUser() {
        String folder = System.getenv("XDG_CONFIG_HOME");
        Path base = folder != null && folder.startsWith("/")
                ? Path.of(folder)
                : Path.of(System.getProperty("user.home"), ".config");
        return new ClientContexts(base.resolve("hatchery").resolve("contexts.json"));
    }

    /** The names, in order. */
    List<String> names() {
        var names = new ArrayList<String>();
        read().withObject("/" + CONTEXTS).fieldNames().forEachRemaining(names::add);
        names.sort(null);
        return names;
    }

    /** The name of the context in use; empty if none is. */
    Optional<String> current() {
        return Optional.ofNullable(read().path(CURRENT).textValue());
    }

    /**
     * The context of a name.
     *
     * @throws UserError if there is none
     */
    ClientContext get(String name) {
        var context = read().path(CONTEXTS).path(name);
        if (!context.isObject()) {
            throw new UserError("there is no context " + name
                    + ": run hatchery context list, or add it with hatchery context add " + name + " URL");
        }
        return new ClientContext(
                context.path("url").asText(),
                context.path("token").asText(),
                context.path("ca").textValue());
    }

    /** Adds or replaces a context; the first one is in use from then on. */
    void put(String name, ClientContext context) throws IOException {
        ObjectNode all = read();
        ObjectNode one = all.withObject("/" + CONTEXTS).putObject(name);
        one.put("url", context.url()).put("token", context.token());
        if (context.authority() != null) {
            one.put("ca", context.authority());
        }
        if (!all.has(CURRENT)) {
            all.put(CURRENT, name);
        }
        write(all);
    }

    /** Puts a context in use; null leaves none in use. */
    void use(@Nullable String name) throws IOException {
        ObjectNode all = read();
        if (name == null) {
            all.remove(CURRENT);
        } else {
            var _ = get(name);
            all.put(CURRENT, name);
        }
        write(all);
    }

    /** Removes a context; none is in use if it was. */
    void remove(String name) throws IOException {
        var _ = get(name);
        ObjectNode all = read();
        all.withObject("/" + CONTEXTS).remove(name);
        if (name.equals(all.path(CURRENT).textValue())) {
            all.remove(CURRENT);
        }
        write(all);
    }

    private ObjectNode read() {
        if (!Files.exists(file)) {
            return Json.object();
        }
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.stream().anyMatch(OF_OTHERS::contains)) {
                throw new UserError(file + " has tokens and can be read or written by others: run chmod 600 " + file);
            }
            return Json.readObject(Files.readAllBytes(file));
        } catch (IOException | UnreadableException e) {
            throw new UserError("the contexts in " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void write(ObjectNode all) throws IOException {
        Secrets.write(file, new String(Json.bytes(all), StandardCharsets.UTF_8) + "\n");
    }
}
