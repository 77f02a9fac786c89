package io.hatchery.config.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;

/** The references in a flake's {@code flake.nix} and {@code flake.lock}. */
final class FlakeInputs {
    /**
     * A reference.
     *
     * @param words where it stands, for messages
     * @param reference text or a set, as it stands there
     * @param flake whether it leads to a flake that Nix reads because of it, and whose own inputs are not locked here
     */
    record FlakeInput(String words, JsonNode reference, boolean flake) {}

    private FlakeInputs() {}

    /**
     * Every reference of a flake.
     *
     * @param described {@code inputs} of its {@code flake.nix}, and {@code arguments}, the names of the arguments of its outputs
     * @param lock its {@code flake.lock}; empty if there is none
     */
    static List<FlakeInput> of(JsonNode described, JsonNode lock) {
        var found = new ArrayList<FlakeInput>();
        JsonNode locked = locked(lock);
        collect(described.path("inputs"), "", locked, found);
        for (JsonNode argument : described.path("arguments")) {
            String name = argument.asText();
            if (!name.equals("self") && !described.path("inputs").has(name)) {
                found.add(new FlakeInput("input " + name, TextNode.valueOf("flake:" + name), !locked.has(name)));
            }
        }
        found.addAll(ofLock(lock));
        return found;
    }

    /** Every reference of a lock file. */
    static List<FlakeInput> ofLock(JsonNode lock) {
        var found = new ArrayList<FlakeInput>();
        lock.path("nodes").properties().forEach(node -> {
            for (String part : List.of("locked", "original")) {
                JsonNode reference = node.getValue().path(part);
                if (reference.isObject()) {
                    found.add(new FlakeInput("input " + node.getKey() + " of flake.lock", reference, false));
                }
            }
        });
        return found;
    }

    private static JsonNode locked(JsonNode lock) {
        return lock.path("nodes").path(lock.path("root").asText()).path("inputs");
    }

    private static void collect(JsonNode inputs, String of, JsonNode locked, List<FlakeInput> found) {
        inputs.properties().forEach(entry -> {
            String name = of + entry.getKey();
            JsonNode input = entry.getValue();
            boolean flake = input.path("flake").asBoolean(true) && !locked.has(entry.getKey());
            if (input.isTextual()) {
                found.add(new FlakeInput("input " + name, input, flake));
            } else if (input instanceof ObjectNode set) {
                if (set.has("url") || set.has("type")) {
                    found.add(new FlakeInput("input " + name, referenceOf(set), flake));
                } else if (!set.has("follows") && of.isEmpty()) {
                    found.add(new FlakeInput("input " + name, TextNode.valueOf("flake:" + name), flake));
                }
                collect(set.path("inputs"), name + ".", MissingNode.getInstance(), found);
            }
        });
    }

    /** The reference without attributes of its use. */
    private static JsonNode referenceOf(ObjectNode input) {
        return input.has("type") ? input.deepCopy().without(List.of("flake", "follows", "inputs")) : input.path("url");
    }
}
