package io.hatchery.protocol.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaBuilder;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.module.jackson.JacksonModule;
import com.github.victools.jsonschema.module.jackson.JacksonOption;
import io.hatchery.protocol.AuditEntry;
import io.hatchery.protocol.Command;
import io.hatchery.protocol.ConsoleLines;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.LogBatch;
import io.hatchery.protocol.token.AccessToken;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.option.Options;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The JSON Schema (2020-12) of every message, made from its record. */
public final class Schemas {
    private static final String BASE = "https://hatchery.io/schemas/";
    private static final List<Class<?>> GENERATED = List.of(
            AccessToken.class,
            AuditEntry.class,
            Command.class,
            ConsoleLines.class,
            ContainerSpec.class,
            ContainerStatus.class,
            Evaluation.class,
            FleetEvent.class,
            HostStatus.class,
            LogBatch.class);

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
        var types = new TypeDefinitions(Map.of());
        ObjectNode schema = generator(types, message == Command.class).generateSchema(message);
        schema.put("$id", BASE + message.getSimpleName());
        return schema;
    }

    /** The schema of a type whose values are no objects: a name, a time, an enumeration. */
    public static ObjectNode inline(Class<?> type) {
        ObjectNode schema = generator(new TypeDefinitions(Map.of()), false).generateSchema(type);
        schema.remove("$schema");
        return schema;
    }

    /**
     * The schemas of records and of everything that they refer to, by name, as the components of one OpenAPI document.
     *
     * @param roots the records by the names that they get
     */
    public static Map<String, ObjectNode> components(Map<String, Class<?>> roots) {
        var types = new TypeDefinitions(roots);
        SchemaBuilder builder = generator(types, false).buildMultipleSchemaDefinitions();
        roots.values().forEach(builder::createSchemaReference);
        var components = new TreeMap<String, ObjectNode>();
        builder.collectDefinitions("components/schemas")
                .properties()
                .forEach(entry -> components.put(entry.getKey(), (ObjectNode) entry.getValue()));
        return components;
    }

    private static SchemaGenerator generator(TypeDefinitions types, boolean closed) {
        var config = new SchemaGeneratorConfigBuilder(SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
                .with(new JacksonModule(
                        JacksonOption.FLATTENED_ENUMS_FROM_JSONPROPERTY,
                        JacksonOption.SKIP_SUBTYPE_LOOKUP,
                        JacksonOption.IGNORE_TYPE_INFO_TRANSFORM))
                .with(Option.DEFINITIONS_FOR_ALL_OBJECTS, Option.EXTRA_OPEN_API_FORMAT_VALUES);
        if (closed) {
            config.with(Option.FORBIDDEN_ADDITIONAL_PROPERTIES_BY_DEFAULT);
        }
        config.forFields().withRequiredCheck(Schemas::isRequired);
        config.forTypesInGeneral()
                .withCustomDefinitionProvider(types)
                .withDefinitionNamingStrategy((key, context) -> types.name(key.getType()));
        return new SchemaGenerator(config.build());
    }

    private static boolean isRequired(FieldScope field) {
        return !field.getRawMember().getAnnotatedType().isAnnotationPresent(Nullable.class);
    }
}
