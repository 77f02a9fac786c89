package io.hatchery.spec.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.MapperBuilder;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * The one reader and writer of JSON. Duplicate keys, trailing text and values of another type are errors; a number is never
 * read as a string, nor a string as a number. A record component that is not {@code @Nullable} must be given. Times are RFC 3339 text.
 */
public final class Json {
    private static final Pattern INTERNALS =
            Pattern.compile(" \\(class [^)]*\\)|\\(for [^)]*\\)|`?(?:java|io\\.hatchery)\\.[\\w.$]+`?");

    /** The prefix that Jackson puts before the message of our constructors. */
    private static final String PROBLEM = "problem: ";

    private static final String MISSING = "Missing required creator property";
    private static final String NULL = "Invalid `null` value";

    /**
     * How deeply values may be nested. No message of ours needs more; writers allow 1000, so that whatever was read can be written
     * within another message.
     */
    public static final int MAX_DEPTH = 200;

    private Json() {}

    /** Loaded by its first use: a client command that reads trees alone does without data binding. */
    private static final class Lenient {
        static final ObjectMapper MAPPER = configure(JsonMapper.builder(json())).build();
    }

    /** Loaded by its first use. */
    private static final class Strict {
        static final ObjectMapper MAPPER = configure(JsonMapper.builder(json()))
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
    }

    /** Loaded by its first use. */
    private static final class Yaml {
        static final ObjectMapper MAPPER = configure(YAMLMapper.builder(yaml())).build();
    }

    /** Loaded by its first use. */
    private static final class StrictYaml {
        static final ObjectMapper MAPPER = configure(YAMLMapper.builder(yaml()))
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
    }

    private static JsonFactory json() {
        return JsonFactory.builder()
                .streamReadConstraints(TreeReader.constraints())
                .build();
    }

    private static YAMLFactory yaml() {
        return YAMLFactory.builder()
                .streamReadConstraints(TreeReader.constraints())
                .build();
    }

    private static <M extends ObjectMapper, B extends MapperBuilder<M, B>> B configure(B builder) {
        return builder.addModule(new JavaTimeModule())
                .addModule(required())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .defaultPropertyInclusion(
                        JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS));
    }

    private static Module required() {
        return new SimpleModule("required components") {
            private static final long serialVersionUID = 1L;

            @Override
            public void setupModule(SetupContext context) {
                context.appendAnnotationIntrospector(new RequiredComponents());
            }
        };
    }

    /** The value as compact UTF-8 JSON. Null record components are left out. */
    public static byte[] bytes(Object value) {
        try {
            return Lenient.MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The value as compact JSON text. */
    public static String text(Object value) {
        return new String(bytes(value), StandardCharsets.UTF_8);
    }

    /** The value as indented JSON text, for people. */
    public static String pretty(Object value) {
        try {
            return Lenient.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The value, which must be written as an object, as a tree. */
    public static ObjectNode tree(Object value) {
        return Lenient.MAPPER.valueToTree(value);
    }

    /** The value, of whatever form, as a tree. */
    public static JsonNode node(Object value) {
        return Lenient.MAPPER.valueToTree(value);
    }

    /** A new empty object. */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /**
     * Reads a message whose unknown fields are ignored, since its reader may be older than its writer.
     *
     * @throws UnreadableException if it is not JSON or not of that type
     */
    public static <T> T read(byte[] json, Class<T> type) throws UnreadableException {
        return read(Lenient.MAPPER, json, type);
    }

    /**
     * Reads a message in which an unknown field is an error.
     *
     * @throws UnreadableException if it is not JSON, not of that type, or holds an unknown field
     */
    public static <T> T readStrictly(byte[] json, Class<T> type) throws UnreadableException {
        return read(Strict.MAPPER, json, type);
    }

    /**
     * Converts a tree that this class has read.
     *
     * @throws UnreadableException if it is not of that type
     */
    public static <T> T convert(JsonNode tree, Class<T> type) throws UnreadableException {
        try {
            return Lenient.MAPPER.treeToValue(tree, type);
        } catch (JsonProcessingException e) {
            throw unreadable(e);
        }
    }

    /**
     * Reads a JSON object, whatever its fields.
     *
     * @throws UnreadableException if it is not JSON or no object
     */
    public static ObjectNode readObject(byte[] json) throws UnreadableException {
        try {
            return asObject(TreeReader.read(decode(json)));
        } catch (JsonProcessingException e) {
            throw unreadable(e);
        }
    }

    /**
     * Reads a YAML (and so also a JSON) object, whatever its fields.
     *
     * @throws UnreadableException if it is neither or no object
     */
    public static ObjectNode readYamlObject(byte[] yaml) throws UnreadableException {
        return asObject(read(Yaml.MAPPER, yaml, JsonNode.class));
    }

    /**
     * Reads YAML in which an unknown field is an error.
     *
     * @throws UnreadableException if it is not YAML, not of that type, or holds an unknown field
     */
    public static <T> T readYamlStrictly(byte[] yaml, Class<T> type) throws UnreadableException {
        try {
            return read(StrictYaml.MAPPER, yaml, type);
        } catch (UnreadableException e) {
            if (e.getCause() instanceof UnrecognizedPropertyException unknown) {
                // Jackson notices the field at the end of its object, whose other fields it has read first.
                throw new UnreadableException(
                        "there is no key '" + unknown.getPropertyName() + "'"
                                + YamlLines.of(decode(yaml), unknown.getPath()) + ": it may be one of "
                                + unknown.getKnownPropertyIds().stream()
                                        .map(String::valueOf)
                                        .sorted()
                                        .collect(Collectors.joining(", ")),
                        e);
            }
            throw e;
        }
    }

    private static ObjectNode asObject(JsonNode tree) throws UnreadableException {
        if (tree instanceof ObjectNode object) {
            return object;
        }
        throw new UnreadableException(
                "expected an object, got " + tree.getNodeType().name().toLowerCase(java.util.Locale.ROOT));
    }

    private static String decode(byte[] bytes) throws UnreadableException {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new UnreadableException("not UTF-8 text", e);
        }
        if (text.isBlank()) {
            throw new UnreadableException("empty: expected an object");
        }
        return text;
    }

    private static <T> T read(ObjectMapper mapper, byte[] bytes, Class<T> type) throws UnreadableException {
        String text = decode(bytes);
        try {
            T value = mapper.readValue(text, type);
            if (value == null) {
                throw new UnreadableException("null: expected an object");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw unreadable(e);
        }
    }

    private static UnreadableException unreadable(JsonProcessingException e) {
        if (e.getCause() instanceof MarkedYAMLException yaml && yaml.getProblemMark() != null) {
            // Jackson's own message begins with what was being read, and its place is where that began.
            Mark at = yaml.getProblemMark();
            return new UnreadableException(
                    yaml.getProblem() + " (line " + (at.getLine() + 1) + ", column " + (at.getColumn() + 1) + ")", e);
        }
        String original = e.getOriginalMessage().lines().findFirst().orElse("unreadable");
        int problem = original.indexOf(PROBLEM);
        String words = problem >= 0 ? original.substring(problem + PROBLEM.length()) : plain(original);
        JsonLocation at = e.getLocation();
        String where = at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
        String field = e instanceof MismatchedInputException m && !m.getPath().isEmpty()
                ? m.getPath().stream()
                                .map(p -> p.getFieldName() == null ? "[" + p.getIndex() + "]" : p.getFieldName())
                                .reduce((a, b) -> a + "." + b)
                                .orElse("")
                        + ": "
                : "";
        return new UnreadableException(field + words.strip() + where, e);
    }

    private static String plain(String original) {
        if (original.startsWith(MISSING)) {
            return "missing, and it is required";
        }
        if (original.startsWith(NULL)) {
            return "null, and a value is required";
        }
        return INTERNALS.matcher(original).replaceAll("");
    }
}
