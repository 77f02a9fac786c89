package io.hatchery.spec.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object as they are written, so that a part of a message can be passed on without reading it. Fields that are null
 * count as absent.
 */
public final class JsonFields {
    private static final JsonFactory PARSERS = JsonFactory.builder()
            .streamReadConstraints(TreeReader.constraints())
            .build();

    private final byte[] json;
    private final Map<String, Slice> slices;

    private record Slice(int begin, int end) {}

    private JsonFields(byte[] json, Map<String, Slice> slices) {
        this.json = json;
        this.slices = slices;
    }

    /**
     * Finds the fields of an object.
     *
     * @param json UTF-8 text that was read before: duplicate keys and text after the object are not noticed
     * @throws UnreadableException if it is not a JSON object
     */
    public static JsonFields of(byte[] json) throws UnreadableException {
        try (JsonParser parser = PARSERS.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new UnreadableException("it is not a JSON object");
            }
            var slices = new LinkedHashMap<String, Slice>();
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                JsonToken value = parser.nextToken();
                int begin = (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                parser.finishToken();
                if (value != JsonToken.VALUE_NULL) {
                    slices.put(name, new Slice(begin, (int)
                            parser.currentLocation().getByteOffset()));
                }
            }
            return new JsonFields(json, slices);
        } catch (JsonProcessingException e) {
            throw new UnreadableException(e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("text in memory cannot be read", e);
        }
    }

    /** The whole object as it is written. */
    public String text() {
        return new String(json, StandardCharsets.UTF_8);
    }

    /** The names of the fields in their order. */
    public Set<String> names() {
        return slices.keySet();
    }

    /** The value of a field as JSON text; null if it is absent. */
    public @Nullable String get(String name) {
        Slice slice = slices.get(name);
        return slice == null ? null : new String(json, slice.begin, slice.end - slice.begin, StandardCharsets.UTF_8);
    }
}
