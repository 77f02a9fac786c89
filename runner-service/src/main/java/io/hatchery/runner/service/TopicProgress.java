package io.hatchery.runner.service;

import io.hatchery.bus.BusRecord;
import io.hatchery.runner.journal.TopicPosition;
import java.time.Instant;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The progress of this runner in a topic, by record. Not thread-safe. */
final class TopicProgress {
    private final TopicPosition start;
    private final TreeSet<Long> open;
    private long next;
    private @Nullable Instant at;

    /** Continues from a position. */
    TopicProgress(TopicPosition start) {
        this.start = start;
        this.open = new TreeSet<>(start.open());
        this.next = start.next();
        this.at = start.at();
    }

    /** Whether an earlier runner handled it. */
    boolean wasHandled(BusRecord record) {
        return start.isHandled(record.offset(), record.timestamp());
    }

    /** The record is accepted and has no outcome yet. */
    void open(long offset) {
        open.add(offset);
    }

    /** The record has its outcome. */
    void close(long offset) {
        open.remove(offset);
    }

    /** All records up to this one are accepted or handled. */
    void pass(BusRecord record) {
        pass(record.offset() + 1, record.timestamp());
    }

    /** All records that another progress has passed are accepted or handled. */
    void advance(TopicProgress other) {
        if (other.at != null) {
            pass(other.next, other.at);
        }
    }

    private void pass(long offset, Instant appended) {
        next = Math.max(next, offset);
        if (at == null || appended.isAfter(at)) {
            at = appended;
        }
    }

    TopicPosition position() {
        return new TopicPosition(start.topicId(), next, at, open.headSet(next));
    }
}
