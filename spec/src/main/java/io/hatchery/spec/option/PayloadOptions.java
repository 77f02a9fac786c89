package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The options that say what a container runs, of which a definition sets one. */
final class PayloadOptions {
    static final List<String> NAMES = List.of("path", "config", "flake", "boot", "command");

    private PayloadOptions() {}

    /** Whether that value of such an option chooses it. */
    static boolean isGiven(@Nullable JsonNode value) {
        return value != null
                && (value.isTextual() || value.asBoolean(false) || value instanceof ArrayNode a && !a.isEmpty());
    }
}
