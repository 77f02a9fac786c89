package io.hatchery.gateway.logs;

import io.hatchery.spec.HostName;
import java.util.Optional;

/** The logs of all containers. */
public interface LogStore {
    /** A reading that is under way. */
    interface LogReading {
        /** The container is on this host, too; one that is known already changes nothing. */
        void alsoOn(HostName host);

        /** Ends it soon. */
        void cancel();
    }

    /**
     * Begins to read, without blocking.
     *
     * @return empty if too many are read already
     */
    Optional<LogReading> read(LogQuery query, LogSink sink);
}
