package io.hatchery.runner.lifecycle;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;

/** Specs for tests of several packages. */
public final class SpecsOfTests {
    private SpecsOfTests() {}

    /** Of a container web with root {@code /r}. */
    public static ContainerSpec plain() {
        return LifecycleScenario.SpecBuilder.plain().spec();
    }

    /** The same with some fields of its JSON instead. */
    public static ContainerSpec with(String json) {
        try {
            ObjectNode spec = Json.tree(plain());
            spec.setAll(Json.readObject(json.getBytes(StandardCharsets.UTF_8)));
            return Json.convert(spec, ContainerSpec.class);
        } catch (UnreadableException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
