package io.hatchery.spec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The options that a user declares for a container, not yet merged with profiles nor checked. A value may be wrapped as
 * {@code {"$default": value}} or {@code {"$force": value}} to get a lower or higher priority than other layers. A profile has the same
 * form.
 */
public final class ContainerDefinition {
    private final ObjectNode options;
    private int size;

    /** Keeps a copy of the options. */
    @JsonCreator
    public ContainerDefinition(ObjectNode options) {
        this.options = options.deepCopy();
    }

    /** A copy of the options as they were written. */
    @JsonValue
    public ObjectNode options() {
        return options.deepCopy();
    }

    /** A copy of one option as it was written; null if it is not given. */
    public @Nullable JsonNode option(String name) {
        JsonNode value = options.get(name);
        return value == null ? null : value.deepCopy();
    }

    /** Its size as compact JSON, in bytes. */
    public int size() {
        if (size == 0) {
            size = Json.bytes(options).length; // never 0: an empty object has two
        }
        return size;
    }

    /** This definition with another NixOS system, which overrides its own source and those of its profiles. */
    public ContainerDefinition pinnedTo(String path) {
        ObjectNode pinned = options();
        pinned.remove(List.of("flake", "nixpkgs", "specialArgs"));
        pinned.put("path", path);
        if (pinned.has("profiles")) {
            pinned.putObject("config").putArray("$force");
        } else {
            pinned.remove("config");
        }
        return new ContainerDefinition(pinned);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ContainerDefinition that && options.equals(that.options);
    }

    @Override
    public int hashCode() {
        return options.hashCode();
    }

    @Override
    public String toString() {
        return options.toString();
    }
}
