package io.hatchery.runner.logs;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** A log of one container on this host, read from a position on. It is used by one thread. */
public interface LogFeed extends AutoCloseable {
    /**
     * The next lines, without waiting for any.
     *
     * @param most how many bytes to read at most, at least {@link LogLineReader#LONGEST_LINE}
     * @return empty if there are none now; without lines if its position is to be saved before others are sent
     */
    Optional<LogChunk> next(Instant now, int most) throws IOException;

    /** Whether there will be no more lines, since the log is gone. */
    boolean hasEnded();

    @Override
    void close() throws IOException;
}
