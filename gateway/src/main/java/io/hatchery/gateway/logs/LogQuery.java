package io.hatchery.gateway.logs;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for.
 *
 * @param container whose log
 * @param host where the container is or belongs now; null if nowhere
 * @param filter which lines
 * @param tail only the last lines of those, 0 to {@value #MOST_TAIL}; null for all
 * @param after only what comes after this cursor; null from the beginning
 * @param follow whether to go on with new lines for ever
 */
public record LogQuery(
        ContainerName container,
        @Nullable HostName host,
        LogFilter filter,
        @Nullable Integer tail,
        @Nullable LogCursor after,
        boolean follow) {
    /** The most lines of a tail, of which each is noted while it is looked for. */
    public static final int MOST_TAIL = 10_000;
}
