package io.hatchery.config;

import io.hatchery.protocol.HostStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a host's last heartbeat, and where its time is in them: most heartbeats differ from the one before in their time alone,
 * and are not worth reading as JSON.
 */
final class HeartbeatTimes {
    private static final byte[] FIELD = "\"at\":\"".getBytes(StandardCharsets.UTF_8);

    private final byte[] json;
    private final int from;
    private final int to;

    private HeartbeatTimes(byte[] json, int from, int to) {
        this.json = json;
        this.from = from;
        this.to = to;
    }

    /** Finds the time of a heartbeat in its bytes; null if it is not clear where it is. */
    static @Nullable HeartbeatTimes of(byte[] json, HostStatus status) {
        int at = indexOf(json, 0);
        if (at < 0 || indexOf(json, at) >= 0) {
            return null; // a label may have that name too
        }
        int end = endOfText(json, at);
        Instant found = end < 0 ? null : time(json, at, end);
        return found != null && found.equals(status.at()) ? new HeartbeatTimes(json, at, end) : null;
    }

    /** The time of a heartbeat that differs from this one in nothing else; null if it differs in more, or in form. */
    @Nullable
    Instant timeOf(byte[] next) {
        if (next.length < from || !Arrays.equals(json, 0, from, next, 0, from)) {
            return null;
        }
        int end = endOfText(next, from);
        return end >= 0 && Arrays.equals(json, to, json.length, next, end, next.length) ? time(next, from, end) : null;
    }

    private static int indexOf(byte[] json, int after) {
        for (int i = after; i + FIELD.length <= json.length; i++) {
            if (Arrays.equals(json, i, i + FIELD.length, FIELD, 0, FIELD.length)) {
                return i + FIELD.length;
            }
        }
        return -1;
    }

    private static int endOfText(byte[] json, int from) {
        for (int i = from; i < json.length; i++) {
            if (json[i] == '"') {
                return i;
            }
        }
        return -1;
    }

    private static @Nullable Instant time(byte[] json, int from, int to) {
        try {
            return Instant.parse(new String(json, from, to - from, StandardCharsets.UTF_8));
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
