package io.hatchery.bus.authentication;

/** Where the keys of a process come from. Safe for all threads. */
@FunctionalInterface
public interface KeySource {
    /** The present keys. */
    RecordKeys keys();

    /** The keys, read again at once if their source has changed: for a record that was signed with a key that is not known yet. */
    default RecordKeys changedKeys() {
        return keys();
    }
}
