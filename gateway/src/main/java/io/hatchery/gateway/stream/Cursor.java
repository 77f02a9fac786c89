package io.hatchery.gateway.stream;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.hatchery.bus.GoneException;
import io.hatchery.bus.Offsets;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.SortedMap;

/**
 * How far a watcher has come: the offsets it has seen, and the ids of the topics that they are of. To clients it is opaque.
 *
 * @param ids of the topics, by name
 * @param offsets of the next records
 */
public record Cursor(
        @JsonProperty("i") SortedMap<String, String> ids,
        @JsonProperty("o") Offsets offsets) {
    /** As it is given to clients: URL-safe text. */
    public String text() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Json.bytes(this));
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @param ids of the topics as they are now
     * @throws IllegalArgumentException if it is no cursor
     * @throws GoneException if it is of topics that are no more
     */
    public static Cursor parse(String text, SortedMap<String, String> ids) {
        Cursor cursor;
        try {
            byte[] json = Base64.getUrlDecoder().decode(text.getBytes(StandardCharsets.US_ASCII));
            cursor = Json.read(json, Cursor.class);
        } catch (UnreadableException | IllegalArgumentException e) {
            throw new IllegalArgumentException("since is not a cursor: give one that a message or a page carried", e);
        }
        if (!cursor.ids.equals(ids) || !cursor.offsets.next().keySet().equals(ids.keySet())) {
            throw new GoneException("the topics that the cursor is of were created anew since");
        }
        return cursor;
    }
}
