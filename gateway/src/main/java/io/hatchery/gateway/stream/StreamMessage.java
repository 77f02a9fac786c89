package io.hatchery.gateway.stream;

import io.hatchery.gateway.view.StreamChange;
import org.jspecify.annotations.Nullable;

/** A change as text for clients, rendered once for all of them. Used on one thread. */
final class StreamMessage {
    private final StreamChange change;
    private @Nullable String text;
    private @Nullable String last;

    StreamMessage(StreamChange change) {
        this.change = change;
    }

    StreamChange change() {
        return change;
    }

    /** The message within a batch. */
    String text() {
        String rendered = text;
        if (rendered == null) {
            rendered = StreamMessages.of(change, null);
            text = rendered;
        }
        return rendered;
    }

    /**
     * The message at the end of its batch.
     *
     * @param cursor of that batch, the same at each call
     */
    String last(String cursor) {
        String rendered = last;
        if (rendered == null) {
            String within = text();
            rendered = within.substring(0, within.length() - 1) + ",\"cursor\":\"" + cursor + "\"}";
            last = rendered;
        }
        return rendered;
    }
}
