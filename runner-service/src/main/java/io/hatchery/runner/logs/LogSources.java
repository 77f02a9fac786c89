package io.hatchery.runner.logs;

import io.hatchery.protocol.LogSource;
import io.hatchery.spec.ContainerName;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where a host keeps logs of its containers. It is used by one thread. */
public interface LogSources extends AutoCloseable {
    /** Of which kind its logs are. */
    LogSource source();

    /** The containers that have a log here now. */
    Set<ContainerName> containers() throws IOException;

    /**
     * Opens the log of a container.
     *
     * @param position from which it is read on; null from its beginning, or from now where that is not known
     */
    LogFeed open(ContainerName container, @Nullable String position) throws IOException;

    /** Whether the position of a feed that has ended is that of a later one. */
    default boolean keepsPositions() {
        return false;
    }

    /** The broker has a chunk of a container, with that position. */
    default void acknowledged(ContainerName container, String position) {}

    /** Writes down what it needs for another start. */
    default void save() throws IOException {}

    @Override
    default void close() {}
}
