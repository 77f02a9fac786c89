package io.hatchery.runner.service;

import io.hatchery.runner.context.Timers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a position soon after it has changed, so that many changes cost one write. The ledger has the commands that were handled since
 * the last write.
 */
final class PositionWriter {
    private static final Logger LOG = LoggerFactory.getLogger(PositionWriter.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Timers timers;
    private final Write write;
    private Promise<Void> written = Promise.promise();
    private boolean changed;
    private boolean armed;

    /** Writes the present position. */
    interface Write {
        void write() throws IOException;
    }

    PositionWriter(Timers timers, Write write) {
        this.timers = timers;
        this.write = write;
    }

    /**
     * The position has changed.
     *
     * @return completes when it is written
     */
    Future<Void> changed() {
        changed = true;
        if (!armed) {
            armed = true;
            Runnable _ = timers.later(PAUSE, this::writeOrRetry);
        }
        return written.future();
    }

    private void writeOrRetry() {
        armed = false;
        try {
            flush();
        } catch (IOException e) {
            LOG.warn("a position is not written yet: {}", e.getMessage());
            Future<Void> _ = changed();
        }
    }

    /** Writes the position durably if it has changed. */
    void flush() throws IOException {
        if (changed) {
            write.write();
            changed = false;
            Promise<Void> done = written;
            written = Promise.promise();
            done.complete();
        }
    }
}
