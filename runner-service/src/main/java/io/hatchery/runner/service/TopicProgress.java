package io.hatchery.runner.service;

import io.hatchery.bus.BusRecord;
import io.hatchery.runner.journal.TopicPosition;
import java.time.Instant;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** How far this runner has handled a topic, record by record. Not thread-safe. */
final class TopicProgress {
    private final TopicPosition start;
    private final TreeSet<Long> open;
    private long next;
    private @Nullable Instant at;

    /** Goes on from a position. */
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

    /** The record is taken on, and has no outcome yet. */
    void open(long offset) {
        open.add(offset);
    }

    /** The record has its outcome. */
    void close(long offset) {
        open.remove(offset);
    }

    /** Every record up to this one is known: taken on or handled. */
    void pass(BusRecord record) {
        pass(record.offset() + 1, record.timestamp());
    }

    /** Every record that another has passed is known. */
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
