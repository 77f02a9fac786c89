package io.hatchery.spec.option;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionSchemaTest {
    private static final List<String> ANNOTATIONS = List.of("description", "default", "examples", "deprecated");

    @Test
    void everyOptionHasTheSchemaOfItsDeclaration() {
        ObjectNode schema = Options.schema("id", "title");
        int compared = 0;
        for (Option option : Options.container().options()) {
            compare(option.name(), option, schema.at("/properties/" + option.name()));
            for (String alias : option.aliases()) {
                JsonNode other = schema.at("/properties/" + alias);
                compare(alias, option, other);
                assertThat(other.path("deprecated").asBoolean()).as(alias).isTrue();
            }
            compared++;
        }
        assertThat(compared).isGreaterThan(40);
    }

    private static void compare(String path, Option option, JsonNode schema) {
        assertThat(schema.path("description").asText()).as(path).isEqualTo(option.description());
        assertThat(schema.path("examples")).as(path).containsExactly(option.example());
        assertThat(schema.get("default")).as(path).isEqualTo(option.defaultValue());
        assertThat(types(option.type())).as(path).contains(withoutAnnotations(schema));
        JsonNode plain = schema.has("anyOf") ? schema.at("/anyOf/0") : schema;
        for (OptionType.Submodule submodule : submodules(option.type())) {
            for (Option inner : submodule.options()) {
                compare(path + "." + inner.name(), inner, property(plain, inner.name()));
            }
        }
    }

    /** The forms that an option's type takes: plain in a submodule, and with the alternative of a priority above. */
    private static List<JsonNode> types(OptionType type) {
        ObjectNode either = Json.object();
        either.putArray("anyOf").add(type.schema()).add(Json.object().put("$ref", "#/$defs/priority"));
        return List.of(type.schema(), either);
    }

    private static JsonNode withoutAnnotations(JsonNode schema) {
        return ((ObjectNode) schema.deepCopy()).remove(ANNOTATIONS);
    }

    private static List<OptionType.Submodule> submodules(OptionType type) {
        var found = new ArrayList<OptionType.Submodule>();
        switch (type) {
            case OptionType.Submodule submodule -> found.add(submodule);
            case OptionType.ListOf(OptionType element) -> found.addAll(submodules(element));
            case OptionType.AttributesOf(OptionType.Scalar key, OptionType value) -> found.addAll(submodules(value));
            case OptionType.Joined joined -> {}
            case OptionType.Scalar scalar -> {}
        }
        return found;
    }

    private static JsonNode property(JsonNode schema, String name) {
        for (String container : List.of("/items", "/additionalProperties", "")) {
            JsonNode found = schema.at(container + "/properties/" + name);
            if (!found.isMissingNode()) {
                return found;
            }
        }
        return schema.path("nothing");
    }

    @Test
    void changingASchemaChangesNoOtherOne() {
        ObjectNode first = Types.PATH.schema().put("description", "changed");
        assertThat(first).isNotEqualTo(Types.PATH.schema());
        assertThat(Options.schema("id", "title")).isEqualTo(Options.schema("id", "title"));
    }
}
