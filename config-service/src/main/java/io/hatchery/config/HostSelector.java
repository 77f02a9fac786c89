package io.hatchery.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Matches selectors as the errors of unplaced containers have them. Pure. */
final class HostSelector {
    private HostSelector() {}

    /**
     * Whether a host with these labels may be the selected one.
     *
     * @param selector labels as JSON; one that was shortened may select any host
     */
    static boolean matches(String selector, Map<String, String> labels) {
        ObjectNode wanted;
        try {
            wanted = Json.readObject(selector.getBytes(StandardCharsets.UTF_8));
        } catch (UnreadableException e) {
            return true;
        }
        return wanted.properties().stream()
                .allMatch(label -> label.getValue().asText().equals(labels.get(label.getKey())));
    }
}
