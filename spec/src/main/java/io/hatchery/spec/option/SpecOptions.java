package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.json.Json;
import java.util.List;
import java.util.regex.Pattern;

/** Turns a spec back into the options of a definition: the inverse of {@link SpecShaper}. */
final class SpecOptions {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

    private SpecOptions() {}

    static ObjectNode of(ContainerSpec spec) {
        ObjectNode options = Json.tree(spec);
        options.remove(List.of("name", "host", "generation"));
        payload(options, (ObjectNode) options.remove("payload"));
        options.set("bindMounts", byKey(options.path("bindMounts"), "mountPoint"));
        network(options, options.remove("network"));
        if (options.remove("confinement") instanceof ObjectNode confinement) {
            options.setAll(confinement);
            readNumber(options, "privateUsers");
        }
        if (options.path("limits") instanceof ObjectNode limits) {
            List.copyOf(limits.properties()).forEach(limit -> readNumber(limits, limit.getKey()));
        }
        return options;
    }

    private static void payload(ObjectNode options, ObjectNode payload) {
        switch (payload.path("type").asText()) {
            case "path" -> options.set("path", payload.path("path"));
            case "command" -> options.set("command", payload.path("command"));
            default -> options.put("boot", true);
        }
    }

    private static void network(ObjectNode options, JsonNode given) {
        if (!(given instanceof ObjectNode network)) {
            return;
        }
        move(network, "isPrivate", "privateNetwork");
        move(network, "namespace", SpecShaper.NAMESPACE);
        for (JsonNode veth : network.path("extraVeths")) {
            spread((ObjectNode) veth);
        }
        spread(network);
        network.set("extraVeths", byKey(network.path("extraVeths"), "name"));
        options.setAll(network);
    }

    private static void spread(ObjectNode pair) {
        JsonNode addresses = pair.remove("addresses");
        SpecShaper.ADDRESS_OPTIONS.forEach((end, option) -> {
            if (addresses.has(end)) {
                pair.set(option, addresses.get(end));
            }
        });
    }

    private static void move(ObjectNode object, String field, String option) {
        JsonNode value = object.remove(field);
        if (value != null) {
            object.set(option, value);
        }
    }

    /** An object of a list's elements; one of two with the same key is lost, which shows when the spec is made again. */
    private static ObjectNode byKey(JsonNode list, String key) {
        ObjectNode all = Json.object();
        for (JsonNode element : list) {
            all.set(((ObjectNode) element).remove(key).asText(), element);
        }
        return all;
    }

    /** Numbers that a spec has as text are written as numbers. */
    private static void readNumber(ObjectNode object, String option) {
        if (object.get(option) instanceof TextNode text
                && NUMBER.matcher(text.textValue()).matches()) {
            object.put(option, Long.parseLong(text.textValue()));
        }
    }
}
