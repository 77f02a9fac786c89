package io.hatchery.protocol.session;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What runs in a session: the first message of the gateway to the runner, as JSON text.
 *
 * @param command the program and its arguments; empty for the login shell of the user
 * @param environment variables beside those that every session has
 * @param user its name or number in the container; null for root
 * @param folder where it begins; null for the home of the user
 * @param streams what it is connected to
 * @param port a port on the container's loopback, to which it is connected instead of a command; null for none
 */
public record SessionRequest(
        List<String> command,
        SortedMap<String, String> environment,
        @Nullable String user,
        @Nullable String folder,
        SessionStreams streams,
        @Nullable Integer port) {
    /** The most words of a command. */
    public static final int MAX_WORDS = 4096;

    /** The most variables. */
    public static final int MAX_VARIABLES = 1024;

    /** The most characters of command and environment together. */
    public static final int MAX_CHARACTERS = 200_000;

    private static final int MAX_PORT = 65_535;
    private static final String VARIABLE = "[^=\0]+";

    /**
     * Keeps immutable copies.
     *
     * @throws IllegalArgumentException if something has a NUL character, which no program can get, or there is too much
     */
    public SessionRequest {
        command = List.copyOf(command);
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        long characters = 0;
        for (String word : command) {
            requireNoNul("a word of the command", word);
            characters += word.length();
        }
        for (var variable : environment.entrySet()) {
            if (!variable.getKey().matches(VARIABLE)) {
                throw new IllegalArgumentException(
                        "'" + variable.getKey() + "' is not the name of a variable: write NAME=VALUE");
            }
            requireNoNul("variable " + variable.getKey(), variable.getValue());
            characters += variable.getKey().length() + variable.getValue().length();
        }
        requireNoNul("the user", user == null ? "" : user);
        requireNoNul("the folder", folder == null ? "" : folder);
        if (!command.isEmpty() && command.getFirst().isEmpty()) {
            throw new IllegalArgumentException("the command is an empty word: give a program");
        }
        if (user != null && (user.isEmpty() || user.length() > 255)) {
            throw new IllegalArgumentException("a user has 1 to 255 characters");
        }
        if (folder != null && (!folder.startsWith("/") || folder.length() > 4000)) {
            throw new IllegalArgumentException(
                    "the folder is '" + folder + "': give an absolute path in the container");
        }
        if (port != null && (port < 1 || port > MAX_PORT || !command.isEmpty())) {
            throw new IllegalArgumentException("the port is " + port + ": give one from 1 to " + MAX_PORT);
        }
        if (command.size() > MAX_WORDS || environment.size() > MAX_VARIABLES || characters > MAX_CHARACTERS) {
            throw new IllegalArgumentException("a session has at most " + MAX_WORDS + " words, " + MAX_VARIABLES
                    + " variables and " + MAX_CHARACTERS + " characters of both: put more into a file or the input");
        }
    }

    /** A connection to a port. */
    public static SessionRequest ofPort(int port) {
        return new SessionRequest(
                List.of(), new TreeMap<>(), null, null, new SessionStreams(false, true, true, false), port);
    }

    private static void requireNoNul(String what, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(what + " has a NUL character");
        }
    }

    /**
     * What a session is connected to.
     *
     * @param terminal whether it has a terminal, which has no errors apart from output
     * @param input whether the client sends input
     * @param output whether the client gets the output
     * @param errors whether the client gets the errors
     */
    public record SessionStreams(boolean terminal, boolean input, boolean output, boolean errors) {}
}
