package io.hatchery.app;

import java.util.Locale;

/**
 * One configuration key that is not Kafka's own. It is set in the configuration file, the environment or a flag, under the same name.
 *
 * @param name words in lower case, joined by dots and hyphens
 * @param type which values the key takes
 * @param description one line for {@code hatchery settings} and the reference, without a full stop
 * @param defaultText the default as it is written in a file; empty if the default depends on the host or there is none
 * @param defaultDescription the default in words where {@code defaultText} is empty; empty if the key then has no value
 * @param <T> the type of the value
 */
record ConfigurationKey<T>(
        String name, ValueType<T> type, String description, String defaultText, String defaultDescription) {

    /** Begins the declaration of a key. */
    static Declaration named(String name) {
        return new Declaration(name);
    }

    /** The environment variable that sets this key. */
    String variable() {
        return variable(name);
    }

    /** The environment variable that sets a key, Kafka's own keys included. */
    static String variable(String key) {
        return "HATCHERY_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /**
     * The value that a text stands for.
     *
     * @throws UserError with the key, the text and what to write instead
     */
    T parse(String text) {
        try {
            return type.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UserError(name + " is '" + text + "': " + e.getMessage(), e);
        }
    }

    /** A key without a type yet. */
    record Declaration(String name) {
        <T> TypedDeclaration<T> takes(ValueType<T> type) {
            return new TypedDeclaration<>(name, type, "");
        }
    }

    /** A key without a default yet. */
    record TypedDeclaration<T>(String name, ValueType<T> type, String description) {
        TypedDeclaration<T> describedAs(String text) {
            return new TypedDeclaration<>(name, type, text);
        }

        /** Ends the declaration with a default as it is written in a file. */
        ConfigurationKey<T> defaultsTo(String text) {
            return new ConfigurationKey<>(name, type, description, text, "");
        }

        /** Ends the declaration of a key whose default depends on the host or on another key; it is computed where the key is used. */
        ConfigurationKey<T> defaultsToComputed(String words) {
            return new ConfigurationKey<>(name, type, description, "", words);
        }

        /** Ends the declaration of a key that has no value unless it is set. */
        ConfigurationKey<T> withoutDefault() {
            return new ConfigurationKey<>(name, type, description, "", "");
        }
    }
}
