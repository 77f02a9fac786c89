package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * One layer's value of an option. Priorities are those of the NixOS module system: the lowest number wins, equal ones are merged.
 *
 * @param value the value as written, without its wrapper
 * @param origin the layer, for messages
 * @param priority 1000 for {@code $default}, 100 for a plain value, 50 for {@code $force}
 */
record DefinedValue(JsonNode value, String origin, int priority) {
    static final String DEFAULT_KEY = "$default";
    static final String FORCE_KEY = "$force";
    private static final int DEFAULT = 1000;
    private static final int PLAIN = 100;
    private static final int FORCE = 50;

    /** Removes the priority wrapper, if there is one; inner values keep the priority of the outer one. */
    static DefinedValue unwrap(JsonNode written, String origin, int outer) {
        JsonNode inner = wrapped(written, DEFAULT_KEY);
        if (inner != null) {
            return new DefinedValue(inner, origin, DEFAULT);
        }
        inner = wrapped(written, FORCE_KEY);
        return inner != null ? new DefinedValue(inner, origin, FORCE) : new DefinedValue(written, origin, outer);
    }

    static DefinedValue unwrap(JsonNode written, String origin) {
        return unwrap(written, origin, PLAIN);
    }

    private static @Nullable JsonNode wrapped(JsonNode written, String key) {
        return written instanceof ObjectNode object && object.size() == 1 ? object.get(key) : null;
    }
}
