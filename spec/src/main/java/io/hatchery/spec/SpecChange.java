package io.hatchery.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What differs between two specs of one container, by option.
 *
 * @param live options that a running container takes on without a restart
 * @param restart options that only a restart brings into force
 */
public record SpecChange(SortedSet<String> live, SortedSet<String> restart) {
    private static final Set<String> NOT_OPTIONS = Set.of("name", "generation");
    private static final Set<String> LIVE =
            Set.of("autoStart", "restartIfChanged", "startTimeout", "stopTimeout", "restart", "labels", "description");

    /** Compares two specs, whatever their generations. */
    public static SpecChange between(ContainerSpec before, ContainerSpec after) {
        ObjectNode left = Json.tree(before);
        ObjectNode right = Json.tree(after);
        var live = new TreeSet<String>();
        var restart = new TreeSet<String>();
        for (var field : right.properties()) {
            JsonNode old = left.get(field.getKey());
            if (NOT_OPTIONS.contains(field.getKey()) || field.getValue().equals(old)) {
                continue;
            }
            (LIVE.contains(field.getKey()) ? live : restart).add(field.getKey());
        }
        return new SpecChange(live, restart);
    }

    /** Whether the change needs a restart to come into force. */
    public boolean needsRestart() {
        return !restart.isEmpty();
    }
}
