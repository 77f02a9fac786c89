package io.hatchery.protocol.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.module.jackson.JacksonModule;
import com.github.victools.jsonschema.module.jackson.JacksonOption;
import io.hatchery.protocol.Command;
import io.hatchery.protocol.ConsoleLines;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.HostStatus;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.option.Options;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON Schema (2020-12) of every message, made from its record. */
public final class Schemas {
    private static final String BASE = "https://hatchery.io/schemas/";
    private static final List<Class<?>> GENERATED = List.of(
            Command.class,
            ConsoleLines.class,
            ContainerSpec.class,
            ContainerStatus.class,
            Evaluation.class,
            FleetEvent.class,
            HostStatus.class);

    private Schemas() {}

    /** The schemas by the simple name of their message, in a fixed order. */
    public static Map<String, ObjectNode> all() {
        var schemas = new LinkedHashMap<String, ObjectNode>();
        schemas.put(
                ContainerDefinition.class.getSimpleName(),
                Options.schema(BASE + "ContainerDefinition", "A container's definition, or a profile"));
        for (Class<?> message : GENERATED) {
            schemas.put(message.getSimpleName(), generate(message));
        }
        return schemas;
    }

    /** The schema of one record. */
    public static ObjectNode generate(Class<?> message) {
        ObjectNode schema = generator(message == Command.class).generateSchema(message);
        schema.put("$id", BASE + message.getSimpleName());
        return schema;
    }

    private static SchemaGenerator generator(boolean closed) {
        var config = new SchemaGeneratorConfigBuilder(SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
                .with(new JacksonModule(JacksonOption.FLATTENED_ENUMS_FROM_JSONPROPERTY))
                .with(Option.DEFINITIONS_FOR_ALL_OBJECTS);
        if (closed) {
            config.with(Option.FORBIDDEN_ADDITIONAL_PROPERTIES_BY_DEFAULT);
        }
        config.forFields()
                .withRequiredCheck(
                        field -> !field.getRawMember().getAnnotatedType().isAnnotationPresent(Nullable.class));
        config.forTypesInGeneral().withCustomDefinitionProvider((type, context) -> {
            ObjectNode scalar =
                    scalar(type.getErasedType(), context.getGeneratorConfig().createObjectNode());
            return scalar == null
                    ? null
                    : new com.github.victools.jsonschema.generator.CustomDefinition(
                            scalar,
                            com.github.victools.jsonschema.generator.CustomDefinition.DefinitionType.INLINE,
                            com.github.victools.jsonschema.generator.CustomDefinition.AttributeInclusion.YES);
        });
        return new SchemaGenerator(config.build());
    }

    private static @Nullable ObjectNode scalar(Class<?> type, ObjectNode schema) {
        if (type == Instant.class) {
            return schema.put("type", "string").put("format", "date-time");
        }
        if (type == ContainerDefinition.class) {
            return schema.put("type", "object");
        }
        if (java.util.Map.class.isAssignableFrom(type)) {
            schema.put("type", "object").putObject("additionalProperties").put("type", "string");
            return schema;
        }
        if (type.isRecord() && type.getRecordComponents().length > 0) {
            return valueRecord(type, schema);
        }
        return null;
    }

    /** A record that JSON shows as its one value: the value types of {@code io.hatchery.spec}. */
    private static @Nullable ObjectNode valueRecord(Class<?> type, ObjectNode schema) {
        for (var component : type.getRecordComponents()) {
            if (component.getAccessor().isAnnotationPresent(com.fasterxml.jackson.annotation.JsonValue.class)) {
                return schema.put("type", component.getType() == long.class ? "integer" : "string");
            }
        }
        try {
            return type.getMethod("toString").isAnnotationPresent(com.fasterxml.jackson.annotation.JsonValue.class)
                    ? schema.put("type", "string")
                    : null;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }
}
