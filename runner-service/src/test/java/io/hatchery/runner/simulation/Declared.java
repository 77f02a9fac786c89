package io.hatchery.runner.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.Headers;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.json.UnreadableException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What follows from definitions and profiles, in the order in which they were written. */
final class Declared {
    static final String ROLLBACK = "rollback";

    private final World world;
    private final Map<String, SimulatedDefinition> definitions = new HashMap<>();
    private final Map<ContainerName, Defined> defined = new TreeMap<>();
    private final Map<String, Profile> profiles = new TreeMap<>();

    /** The last definition of a container that was not refused. */
    static final class Defined {
        long revision = -1;

        @Nullable
        SimulatedDefinition definition;

        /** Descriptions of the specs since the container was deleted last. */
        final Set<String> descriptions = new TreeSet<>();
    }

    /** The last version of a profile. */
    record Profile(String version, boolean isGood) {}

    Declared(World world) {
        this.world = world;
    }

    /** Something is to be written under that id. */
    void define(String id, SimulatedDefinition definition) {
        definitions.put(id, definition);
    }

    Defined of(ContainerName container) {
        return defined.computeIfAbsent(container, c -> new Defined());
    }

    Set<ContainerName> containers() {
        return defined.keySet();
    }

    /** Null if there is no such profile. */
    @Nullable
    Profile profile(String name) {
        return profiles.get(name);
    }

    /** Takes in a definition, and gives what was in force before it; null if it is not one that counts. */
    @Nullable
    SimulatedDefinition definitionWritten(BusRecord record) throws UnreadableException {
        boolean rollsBack =
                record.header(Headers.REQUESTED_BY).filter(ROLLBACK::equals).isPresent();
        SimulatedDefinition definition = rollsBack ? rollback(record) : definitions.get(record.id());
        if (definition == null) {
            return null;
        }
        Defined now = of(definition.container());
        SimulatedDefinition before = now.definition;
        if (definition.expected() != null && definition.expected() != now.revision) {
            return null; // refused
        }
        now.revision = definition.deletes() ? -1 : record.offset();
        now.definition = definition.deletes() ? null : definition;
        if (definition.deletes()) {
            now.descriptions.clear();
        } else {
            now.descriptions.add(Authors.VERSION + definition.version());
        }
        return before;
    }

    private @Nullable SimulatedDefinition rollback(BusRecord record) throws UnreadableException {
        Defined now = of(new ContainerName(record.key()));
        String expected = record.header(Headers.IF_MATCH).orElse(null);
        world.check(expected != null, () -> "a rollback that replaces whatever there is: " + record.id());
        if (now.definition == null || expected == null) {
            return null;
        }
        String path = record.value(JsonNode.class).path("path").asText();
        String system = path.substring(path.lastIndexOf('/') + 1);
        return now.definition.with(system, Long.valueOf(expected));
    }

    void profileWritten(BusRecord record) throws UnreadableException {
        if (record.isDeletion()) {
            profiles.remove(record.key());
        } else {
            JsonNode profile = record.value(JsonNode.class);
            profiles.put(
                    record.key(),
                    new Profile(profile.path("labels").path(record.key()).asText(), !profile.has("bogus")));
        }
    }
}
