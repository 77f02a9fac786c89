package io.hatchery.gateway.http;

import io.hatchery.spec.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * An answer as JSON text, made by a thread that may take its time.
 *
 * @param revision of what is shown, which a change may name with {@link Precondition}; null if it has none
 * @param tagged what the ETag stands for: the whole text, but for what changes when nothing that is shown does
 */
record Answer(int status, @Nullable Long revision, String json, String tagged) {
    Answer(int status, @Nullable Long revision, String json) {
        this(status, revision, json, json);
    }

    static Answer of(int status, Object body) {
        return new Answer(status, null, Json.text(body));
    }

    static Answer versioned(int status, long revision, Object body) {
        return new Answer(status, revision, Json.text(body));
    }

    /** This answer, an object, with a text for which the ETag does not stand. */
    Answer with(String name, String text) {
        String whole = json.substring(0, json.length() - 1) + "," + Json.text(name) + ":" + Json.text(text) + "}";
        return new Answer(status, revision, whole, tagged);
    }
}
