package io.hatchery.runner.service;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.PartitionExtent;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.HostSpecs;
import io.hatchery.runner.journal.SpecsPosition;
import io.hatchery.runner.journal.SpecsPosition.UnconfirmedRemoval;
import io.hatchery.runner.journal.TopicPosition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The progress of this runner in its specs topic, and the containers that it names. Not thread-safe. */
final class SpecsProgress {
    /** The progress before the topic is read. */
    static final SpecsProgress NONE = new SpecsProgress(TopicPosition.of("", 0), List.of(), false);

    private final TopicProgress topic;
    private final boolean continued;
    private final TopicProgress ahead = new TopicProgress(TopicPosition.of("", 0));
    private final SortedMap<Long, UnconfirmedRemoval> removals = new TreeMap<>();
    private final SortedMap<Long, UnconfirmedRemoval> unseen = new TreeMap<>();
    private final SortedSet<Long> gone;
    private final SortedMap<ContainerName, Generation> named = new TreeMap<>();
    private final SortedSet<ContainerName> unnamed = new TreeSet<>();
    private long sum;
    private boolean read;

    private SpecsProgress(TopicPosition start, List<UnconfirmedRemoval> open, boolean continued) {
        this.topic = new TopicProgress(start);
        this.continued = continued;
        this.gone = new TreeSet<>(start.open());
        open.forEach(removal -> gone.remove(removal.offset()));
        open.forEach(removal -> {
            removals.put(removal.offset(), removal);
            unseen.put(removal.offset(), removal);
        });
    }

    /**
     * Continues from a position in a topic of that extent.
     *
     * @param kept the position on disk; null if there is none
     */
    static SpecsProgress of(@Nullable SpecsPosition kept, PartitionExtent extent) {
        if (kept == null) {
            return new SpecsProgress(TopicPosition.of(extent.topicId(), 0), List.of(), false);
        }
        boolean isSame = kept.topic().topicId().equals(extent.topicId());
        return new SpecsProgress(kept.topic().in(extent), isSame ? kept.removals() : elsewhere(kept.removals()), true);
    }

    /** Of another topic: below all offsets of this one. */
    private static List<UnconfirmedRemoval> elsewhere(List<UnconfirmedRemoval> removals) {
        var moved = new ArrayList<UnconfirmedRemoval>();
        for (UnconfirmedRemoval removal : removals) {
            long offset = -1L - moved.size();
            moved.add(new UnconfirmedRemoval(
                    offset, removal.container(), removal.operation(), removal.requestedBy(), removal.submitted()));
        }
        return moved;
    }

    /** Whether an earlier runner left a position, be it of another topic: what is not handled by that was not handled. */
    boolean isContinued() {
        return continued;
    }

    boolean wasHandled(BusRecord record) {
        return topic.wasHandled(record);
    }

    /** Records that the record exists. */
    void see(BusRecord record) {
        unseen.remove(record.offset());
        gone.remove(record.offset());
        ahead.pass(record);
    }

    /** The open removals whose records are compacted. */
    List<UnconfirmedRemoval> unseen() {
        return new ArrayList<>(unseen.values());
    }

    /** All existing records are handled or accepted. */
    void passSeen() {
        read = true;
        gone.forEach(topic::close);
        gone.clear();
        topic.advance(ahead);
    }

    /** The record is handled or accepted. */
    void pass(BusRecord record) {
        topic.pass(record);
    }

    /** The removal is accepted and has no outcome yet. */
    void open(UnconfirmedRemoval removal) {
        topic.open(removal.offset());
        removals.put(removal.offset(), removal);
    }

    /** The record is unreadable and its dead letter is not acknowledged yet. */
    void open(BusRecord record) {
        topic.open(record.offset());
    }

    /** The removal has its outcome, whichever records requested it. */
    void close(CommandId operation) {
        removals.values().removeIf(removal -> {
            boolean ended = removal.operation().equals(operation);
            if (ended) {
                topic.close(removal.offset());
            }
            return ended;
        });
    }

    /** The dead letter of the record is acknowledged. */
    void close(long offset) {
        topic.close(offset);
    }

    /** The topic has a spec of a container. */
    void named(ContainerSpec spec) {
        forget(spec.name());
        named.put(spec.name(), spec.generation());
        sum += HostSpecs.share(spec.name(), spec.generation());
        unnamed.remove(spec.name());
    }

    /** The topic has a removal of a container. */
    void removed(ContainerName container) {
        forget(container);
        unnamed.remove(container);
    }

    private void forget(ContainerName container) {
        Generation before = named.remove(container);
        sum -= before == null ? 0 : HostSpecs.share(container, before);
    }

    /** Whether the topic has neither a spec nor a removal of a container of the host. */
    boolean isUnnamed(ContainerName container) {
        return unnamed.add(container);
    }

    /** Whether the topic was read to its end. */
    boolean isRead() {
        return read;
    }

    HostSpecs reported() {
        TopicPosition position = topic.position();
        return new HostSpecs(
                position.topicId(),
                position.next(),
                HostSpecs.digest(sum),
                unnamed.stream().limit(HostSpecs.MAX_UNNAMED).toList());
    }

    SpecsPosition position() {
        return new SpecsPosition(topic.position(), new ArrayList<>(removals.values()), unnamed);
    }
}
