package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import java.util.List;
import java.util.function.UnaryOperator;

/** What values an option takes, and so how values of several layers are merged. */
public sealed interface OptionType {
    /** The type in words, as in "expected a boolean". */
    String words();

    /** The JSON Schema (2020-12) of its values: a new tree at each call, which the caller may change. */
    ObjectNode schema();

    /**
     * A single value. Layers that give different ones are in conflict.
     *
     * @param words the type in words
     * @param schema JSON Schema of the values
     * @param normalize gives the canonical form, or throws {@link IllegalArgumentException} with what is wrong
     * @param remedy what to write instead of a wrong value
     */
    record Scalar(String words, ObjectNode schema, UnaryOperator<JsonNode> normalize, String remedy)
            implements OptionType {
        /** Keeps a copy of the schema, since trees can be changed. */
        public Scalar {
            schema = schema.deepCopy();
        }

        // Options share a type: a description that is put into the schema of one must not show up in the others.
        @Override
        public ObjectNode schema() {
            return schema.deepCopy();
        }
    }

    /** A list; those of several layers are joined, the weaker layer's elements first. */
    record ListOf(OptionType element) implements OptionType {
        @Override
        public String words() {
            return "a list, each element " + element.words();
        }

        @Override
        public ObjectNode schema() {
            ObjectNode schema = Json.object().put("type", "array");
            schema.set("items", element.schema());
            return schema;
        }
    }

    /** One or a list of such values; those of several layers all count, the weaker layer's first. The canonical form is a list. */
    record Joined(Scalar element) implements OptionType {
        @Override
        public String words() {
            return element.words();
        }

        @Override
        public ObjectNode schema() {
            ObjectNode schema = Json.object();
            schema.putArray("anyOf").add(element.schema()).add(new ListOf(element).schema());
            return schema;
        }
    }

    /** An object with free keys; those of several layers are merged key by key. */
    record AttributesOf(Scalar key, OptionType value) implements OptionType {
        @Override
        public String words() {
            return "an object whose values are each " + value.words();
        }

        @Override
        public ObjectNode schema() {
            ObjectNode schema = Json.object().put("type", "object");
            schema.set("propertyNames", key.schema());
            schema.set("additionalProperties", value.schema());
            return schema;
        }
    }

    /** An object with options of its own. */
    record Submodule(List<Option> options) implements OptionType {
        /** Keeps an immutable copy of the options. */
        public Submodule {
            options = List.copyOf(options);
        }

        @Override
        public String words() {
            return "an object";
        }

        @Override
        public ObjectNode schema() {
            ObjectNode schema = Json.object().put("type", "object");
            ObjectNode properties = schema.putObject("properties");
            for (Option option : options) {
                ObjectNode property = option.type().schema();
                property.put("description", option.description());
                if (option.defaultValue() != null) {
                    property.set("default", option.defaultValue().deepCopy());
                }
                property.putArray("examples").add(option.example().deepCopy());
                properties.set(option.name(), property);
                for (String alias : option.aliases()) {
                    properties.set(alias, property.deepCopy().put("deprecated", true));
                }
            }
            schema.put("additionalProperties", false);
            return schema;
        }
    }
}
