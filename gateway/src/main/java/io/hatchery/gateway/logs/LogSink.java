package io.hatchery.gateway.logs;

import io.hatchery.protocol.LogLine;
import java.io.IOException;

/** Takes the lines of a log, all on one thread, which waits while the client is slow. */
public interface LogSink {
    /**
     * Takes a line.
     *
     * @throws IOException if the client is gone
     */
    void line(LogLine line) throws IOException;

    /**
     * Has the client see what was taken so far, and that the reading goes on.
     *
     * @throws IOException if the client is gone
     */
    void flush() throws IOException;

    /** All was taken. */
    void end();

    /** It cannot go on. */
    void fail(LogReadException reason);
}
