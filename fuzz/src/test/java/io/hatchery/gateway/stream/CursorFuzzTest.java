package io.hatchery.gateway.stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.hatchery.bus.GoneException;
import io.hatchery.gateway.view.ContainerPlace;
import io.hatchery.gateway.view.OperationQuery;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.SortedMap;
import java.util.TreeMap;

/** Cursors: a text is refused, or what it means is written as a text of the same meaning. */
class CursorFuzzTest {
    private static final SortedMap<String, String> IDS =
            new TreeMap<>(java.util.Map.of("hatchery.events", "a", "hatchery.status", "b"));
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

    @FuzzTest(maxDuration = "4s")
    void cursor(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        stream(text);
        stream(Base64.getUrlEncoder().withoutPadding().encodeToString(versioned(input)));
        place(text);
        place(Base64.getUrlEncoder().withoutPadding().encodeToString(input));
    }

    /** The bytes behind a right version and a right hash, which no fuzzer finds. */
    private static byte[] versioned(byte[] rest) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            IDS.forEach((topic, id) -> digest.update((topic + "=" + id + "\n").getBytes(StandardCharsets.UTF_8)));
            return ByteBuffer.allocate(9 + rest.length)
                    .put((byte) 2)
                    .put(digest.digest(), 0, 8)
                    .put(rest)
                    .array();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void stream(String text) {
        StreamCursor cursor;
        try {
            cursor = StreamCursor.parse(text, IDS, NOW);
        } catch (IllegalArgumentException | GoneException e) {
            return;
        }
        StreamCursor again = StreamCursor.parse(cursor.text(), IDS, NOW);
        if (!again.equals(cursor)) {
            throw new AssertionError(cursor + " is written as " + again);
        }
    }

    private static void place(String text) {
        try {
            Object _ = ContainerPlace.parse(text);
        } catch (IllegalArgumentException e) {
            // It is refused.
        }
        try {
            Object _ = OperationQuery.PagePosition.parse(text);
        } catch (IllegalArgumentException e) {
            // It is refused.
        }
    }
}
