package io.hatchery.spec.json;

import java.util.Iterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Builds a JSON object from parts that are JSON text already. */
public final class JsonText {
    private final StringBuilder text = new StringBuilder("{");

    /** Adds a field whose value is JSON text; nothing if that is null. */
    public JsonText field(String name, @Nullable CharSequence json) {
        if (json != null) {
            begin(name).append(json);
        }
        return this;
    }

    /** Adds a field whose value is plain text; nothing if that is null. */
    public JsonText string(String name, @Nullable String value) {
        return value == null ? this : field(name, Json.text(value));
    }

    /** Adds a field whose value is an object. */
    public JsonText object(String name, Consumer<JsonText> fields) {
        var object = new JsonText();
        fields.accept(object);
        return field(name, object.end());
    }

    /** Adds a field whose value is an array of elements that are JSON text. */
    public JsonText array(String name, Iterable<? extends CharSequence> elements) {
        StringBuilder array = begin(name).append('[');
        for (Iterator<? extends CharSequence> each = elements.iterator(); each.hasNext(); ) {
            array.append(each.next());
            if (each.hasNext()) {
                array.append(',');
            }
        }
        array.append(']');
        return this;
    }

    private StringBuilder begin(String name) {
        if (text.length() > 1) {
            text.append(',');
        }
        return text.append(Json.text(name)).append(':');
    }

    /** The whole object. */
    public String end() {
        return text.append('}').toString();
    }
}
