package io.hatchery.spec;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The options that differ between two specs of one container, by name.
 *
 * @param live options that apply to a running container without a restart
 * @param restart options that need a restart
 */
public record SpecChange(SortedSet<String> live, SortedSet<String> restart) {
    /** Keeps immutable copies. */
    public SpecChange {
        live = Collections.unmodifiableSortedSet(new TreeSet<>(live));
        restart = Collections.unmodifiableSortedSet(new TreeSet<>(restart));
    }

    /** Whether the change needs a restart to come into force. */
    public boolean needsRestart() {
        return !restart.isEmpty();
    }

    /** Whether nothing differs. */
    @JsonIgnore
    public boolean isEmpty() {
        return live.isEmpty() && restart.isEmpty();
    }
}
