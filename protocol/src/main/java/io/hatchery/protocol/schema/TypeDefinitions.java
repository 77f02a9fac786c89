package io.hatchery.protocol.schema;

import com.fasterxml.classmate.ResolvedType;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.CustomDefinition.AttributeInclusion;
import com.github.victools.jsonschema.generator.CustomDefinition.DefinitionType;
import com.github.victools.jsonschema.generator.CustomDefinitionProviderV2;
import com.github.victools.jsonschema.generator.SchemaGenerationContext;
import io.hatchery.spec.ContainerDefinition;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Schemas of types whose JSON is not the object of their components, and the names of all types. */
final class TypeDefinitions implements CustomDefinitionProviderV2 {
    private final Map<Class<?>, String> names = new LinkedHashMap<>();

    /**
     * @param names the names of types that are not named by their class
     */
    TypeDefinitions(Map<String, Class<?>> names) {
        names.forEach((name, type) -> this.names.put(type, name));
    }

    /** The name of a type; a nested type is prefixed with the name of its outer type. */
    String name(ResolvedType type) {
        return name(type.getErasedType());
    }

    private String name(Class<?> type) {
        String given = names.get(type);
        if (given != null) {
            return given;
        }
        return type.getEnclosingClass() == null
                ? type.getSimpleName()
                : name(type.getEnclosingClass()) + type.getSimpleName();
    }

    @Override
    public @Nullable CustomDefinition provideCustomSchemaDefinition(
            ResolvedType resolved, SchemaGenerationContext context) {
        Class<?> type = resolved.getErasedType();
        ObjectNode empty = context.getGeneratorConfig().createObjectNode();
        ObjectNode scalar = scalar(type, empty);
        if (scalar != null) {
            return new CustomDefinition(scalar, DefinitionType.INLINE, AttributeInclusion.YES);
        }
        JsonTypeInfo discriminated = type.getAnnotation(JsonTypeInfo.class);
        if (discriminated != null && type.isInterface()) {
            return new CustomDefinition(
                    alternatives(type, empty, context), DefinitionType.ALWAYS_REF, AttributeInclusion.YES);
        }
        String word = word(type);
        if (word == null) {
            return null;
        }
        ObjectNode alternative = context.createStandardDefinition(resolved, this);
        ObjectNode discriminator = alternative.withObject("/properties").putObject("type");
        discriminator.put("type", "string").put("const", word);
        alternative.withArray("required").add("type");
        return new CustomDefinition(alternative, DefinitionType.ALWAYS_REF, AttributeInclusion.YES);
    }

    private static ObjectNode alternatives(Class<?> type, ObjectNode schema, SchemaGenerationContext context) {
        for (JsonSubTypes.Type alternative :
                type.getAnnotation(JsonSubTypes.class).value()) {
            JsonNode reference =
                    context.createDefinitionReference(context.getTypeContext().resolve(alternative.value()));
            schema.withArray("oneOf").add(reference);
        }
        return schema;
    }

    /** The discriminator of a subtype; null if the type is not one. */
    private static @Nullable String word(Class<?> type) {
        return Arrays.stream(type.getInterfaces())
                .filter(parent -> parent.isAnnotationPresent(JsonSubTypes.class))
                .flatMap(parent ->
                        Arrays.stream(parent.getAnnotation(JsonSubTypes.class).value()))
                .filter(alternative -> alternative.value() == type)
                .map(JsonSubTypes.Type::name)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable ObjectNode scalar(Class<?> type, ObjectNode schema) {
        if (type == Instant.class) {
            return schema.put("type", "string").put("format", "date-time");
        }
        if (type == ContainerDefinition.class) {
            return schema.put("type", "object").put("additionalProperties", true);
        }
        if (Map.class.isAssignableFrom(type)) {
            schema.put("type", "object").putObject("additionalProperties").put("type", "string");
            return schema;
        }
        return type.isRecord() ? valueRecord(type, schema) : null;
    }

    /** The schema of a record whose JSON is its single value; null if it is not one. */
    private static @Nullable ObjectNode valueRecord(Class<?> type, ObjectNode schema) {
        for (var component : type.getRecordComponents()) {
            if (component.getAccessor().isAnnotationPresent(JsonValue.class)) {
                return component.getType() == long.class
                        ? schema.put("type", "integer").put("format", "int64")
                        : withPattern(type, schema.put("type", "string"));
            }
        }
        try {
            return type.getMethod("toString").isAnnotationPresent(JsonValue.class)
                    ? schema.put("type", "string")
                    : null;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Adds the public constant PATTERN of a type, if it has one. */
    private static ObjectNode withPattern(Class<?> type, ObjectNode schema) {
        for (Field field : type.getFields()) {
            if (field.getName().equals("PATTERN") && Modifier.isStatic(field.getModifiers())) {
                try {
                    schema.put("pattern", String.valueOf(field.get(null)));
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        return schema;
    }
}
