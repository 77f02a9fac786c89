package io.hatchery.runner.session;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How sessions run on this host.
 *
 * @param idle how long a session may have neither input nor output
 * @param authority PEM file of the authority that issued the gateways' certificates; null for those that the JDK knows
 */
public record SessionSettings(Duration idle, @Nullable Path authority) {
    /** How many sessions a host has at a time: each costs two threads and a process. */
    public static final int MAX_SESSIONS = 64;

    /** How many of them one container has, so that it leaves room for the others. */
    public static final int MAX_OF_CONTAINER = 16;
}
