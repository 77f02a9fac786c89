package io.hatchery.gateway.http;

import io.hatchery.spec.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * An answer as JSON text, made by a thread that may take its time.
 *
 * @param revision of what is shown, which a change may name with {@link Precondition}; null if it has none
 */
record Answer(int status, @Nullable Long revision, String json) {
    static Answer of(int status, Object body) {
        return new Answer(status, null, Json.text(body));
    }

    static Answer versioned(int status, long revision, Object body) {
        return new Answer(status, revision, Json.text(body));
    }
}
