package io.hatchery.runner.journal;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.hatchery.bus.Position;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Phase;
import io.hatchery.runner.lifecycle.ContainerState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a runner writes about a container before it acts, so that another runner can continue from there.
 *
 * @param version the format, {@link #VERSION}; {@link JournalFormats} upgrades earlier ones
 * @param booted when the host booted, by the clock that the times of the state were read from; null if not recorded
 * @param state the container's state
 * @param outbox the events that the broker has not acknowledged
 * @param status what the status topic may have of the container
 */
public record Journal(
        int version, @Nullable Instant booted, ContainerState state, Outbox outbox, PublishedStatus status) {
    /** The format that is written. */
    public static final int VERSION = 4;

    /** The largest difference of the clock that is taken for slewing rather than for a clock that was set: adjtimex(2). */
    private static final Duration SLEW = Duration.ofSeconds(1);

    /** The first journal of a container in that state. */
    public static Journal of(ContainerState state) {
        long sequence = state.current().since().toEpochMilli();
        return new Journal(VERSION, null, state, new Outbox(sequence, null, List.of()), PublishedStatus.NONE);
    }

    /** The journal after a step of the lifecycle, with the events to publish. */
    public Journal after(ContainerState next, List<PendingEvent> events) {
        return new Journal(VERSION, booted, next, outbox.add(events), status.afterStep(next.phase() == Phase.ABSENT));
    }

    /** The journal with an event of an earlier journal, which may lie before the last acknowledged one on the broker. */
    public Journal withEarlierEvent(PendingEvent event) {
        return with(outbox.addEarlier(event));
    }

    /** The journal without an event that the broker has acknowledged. */
    public Journal withAcknowledged(PendingEvent event, Position position) {
        return with(outbox.acknowledge(event, position));
    }

    /** The journal of a container whose status needs a tombstone, which confirms that removal. */
    public Journal withStatusTombstonePending(CommandId removal) {
        return with(new PublishedStatus(true, removal));
    }

    /** The journal of a container that has no status on the topic. */
    public Journal withoutStatus() {
        return with(PublishedStatus.NONE);
    }

    private Journal with(Outbox next) {
        return new Journal(version, booted, state, next, status);
    }

    private Journal with(PublishedStatus next) {
        return new Journal(version, booted, state, outbox, next);
    }

    /**
     * The journal with its times by the present clock.
     *
     * @param bootedNow when the host booted, by the present clock
     */
    public Journal byClock(Instant bootedNow) {
        if (booted == null) {
            return new Journal(version, bootedNow, state, outbox, status);
        }
        Duration jump = Duration.between(booted, bootedNow);
        return jump.abs().compareTo(SLEW) > 0
                ? new Journal(version, bootedNow, state.shifted(jump), outbox, status)
                : this;
    }

    /** Whether nothing in the journal needs to be kept. */
    @JsonIgnore
    public boolean isBlank() {
        return state.isAbsent() && outbox.isEmpty() && !status.exists();
    }
}
