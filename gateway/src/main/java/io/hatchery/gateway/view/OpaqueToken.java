package io.hatchery.gateway.view;

import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Values that clients bring back as they received them, as URL-safe text. */
public final class OpaqueToken {
    private OpaqueToken() {}

    /** A value as text. */
    public static String of(Object value) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Json.bytes(value));
    }

    /**
     * The value of a text.
     *
     * @param otherwise the message of the error if the text is no such token
     * @throws IllegalArgumentException if it is
     */
    public static <T> T parse(String text, Class<T> type, String otherwise) {
        try {
            return Json.read(Base64.getUrlDecoder().decode(text.getBytes(StandardCharsets.US_ASCII)), type);
        } catch (UnreadableException | IllegalArgumentException e) {
            throw new IllegalArgumentException(otherwise, e);
        }
    }
}
