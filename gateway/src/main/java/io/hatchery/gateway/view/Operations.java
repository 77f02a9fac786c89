package io.hatchery.gateway.view;

import io.hatchery.bus.Position;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.Verb;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every operation, folded from the commands, the deletions of definitions, the events and the dead letters. These come on
 * different topics in any order, and each order gives the same operations: an outcome that is read before its command wins. A
 * pending operation stays until it ends or no record can be left of it, an ended one for a day.
 */
public final class Operations {
    /** How long an operation is shown after its end. */
    public static final Duration ENDED_KEPT = Duration.ofHours(24);

    /** How many ended operations are shown; of more, those that ended first are forgotten before their day is over. */
    public static final int MAX_ENDED = 100_000;

    /**
     * A tombstone may outlive the outcome of its deletion. Before that time the evaluation alone shows whether the deletion is
     * pending.
     */
    static final Duration TOMBSTONE_KEPT = Topics.TOMBSTONES.minusDays(1);

    /** How many records that were refused by others are remembered, for their operations that are read later. */
    static final int MAX_REFUSALS = 10_000;

    private static final int LONGEST_REASON = 500;

    private final Map<CommandId, PendingCommand> pending = new HashMap<>();
    private final Map<String, CommandId> pendingByPosition = new HashMap<>();
    private final Map<CommandId, EndedOperation> ended = new HashMap<>();
    private final TreeSet<EndedOperation> byEnd = new TreeSet<>(Comparator.comparing(EndedOperation::appended)
            .thenComparing(each -> each.operation().id()));
    private final EndedOperationIds endedIds = new EndedOperationIds();
    private final Map<String, CommandRejection> refusals = new LinkedHashMap<>();
    private Instant now = Instant.EPOCH;

    /** An operation without an outcome: the record that requested it, a runner's acceptance, or both. */
    private static final class PendingCommand {
        private @Nullable RequestedOperation submission;
        private FleetEvent.@Nullable Accepted accepted;
        private Instant acceptedAppended = Instant.MIN;

        Operation operation() {
            if (submission == null) {
                return Operation.of(Objects.requireNonNull(accepted), null);
            }
            return accepted == null ? submission.operation : Operation.of(accepted, submission.operation);
        }
    }

    /**
     * A request for an operation.
     *
     * @param position of its record
     */
    private record RequestedOperation(Operation operation, Position position) {
        boolean isBefore(@Nullable RequestedOperation other) {
            if (other == null) {
                return true;
            }
            int order = operation.submitted().compareTo(other.operation.submitted());
            return order == 0 ? position.text().compareTo(other.position.text()) < 0 : order < 0;
        }
    }

    private record EndedOperation(Operation operation, Instant appended, boolean isRefusal) {
        /** Of two outcomes of one operation the first counts, and what a runner reports before what others conclude. */
        boolean isBefore(EndedOperation other) {
            return isRefusal == other.isRefusal ? appended.isBefore(other.appended) : other.isRefusal;
        }
    }

    private record CommandRejection(String reason, Instant appended) {}

    /** Forgets what has expired by that time. */
    public void advance(Instant time) {
        now = now.isAfter(time) ? now : time;
        Instant shownSince = now.minus(ENDED_KEPT);
        while (!byEnd.isEmpty() && !byEnd.first().appended.isAfter(shownSince)) {
            forget(byEnd.first());
        }
        endedIds.advance(now);
        Instant kept = now.minus(EndedOperationIds.KEPT);
        pending.values().stream()
                .filter(each -> isOver(each, kept))
                .toList()
                .forEach(each -> removePending(each.operation().id()));
        refusals.values().removeIf(refusal -> refusal.appended.isBefore(kept));
    }

    private boolean isOver(PendingCommand each, Instant kept) {
        if (each.accepted != null) {
            return each.acceptedAppended.isBefore(kept)
                    && (each.submission == null
                            || each.submission.operation.submitted().isBefore(kept));
        }
        Operation operation = Objects.requireNonNull(each.submission).operation;
        return operation.submitted().isBefore(kept)
                || operation.command() == Verb.REMOVE && operation.submitted().isBefore(now.minus(TOMBSTONE_KEPT));
    }

    private void forget(EndedOperation oldest) {
        byEnd.remove(oldest);
        ended.remove(oldest.operation.id());
    }

    /** The record of a command, or of a deletion, was read. */
    void submit(Operation operation, Position position) {
        CommandId id = operation.id();
        if (hasEnded(id)) {
            return;
        }
        PendingCommand known = pending.computeIfAbsent(id, any -> new PendingCommand());
        var submission = new RequestedOperation(operation, position);
        if (!submission.isBefore(known.submission)) {
            return;
        }
        unindex(known);
        known.submission = submission;
        pendingByPosition.put(position.text(), id);
        CommandRejection refusal = refusals.get(position.text());
        if (refusal != null) {
            end(Operation.rejected(known.operation(), refusal.reason), refusal.appended, true);
        }
    }

    private void unindex(PendingCommand known) {
        if (known.submission != null) {
            pendingByPosition.remove(known.submission.position.text());
        }
    }

    private void removePending(CommandId id) {
        PendingCommand removed = pending.remove(id);
        if (removed != null) {
            unindex(removed);
        }
    }

    void accept(FleetEvent.Accepted accepted, Instant appended) {
        if (hasEnded(accepted.id())) {
            return;
        }
        PendingCommand known = pending.computeIfAbsent(accepted.id(), any -> new PendingCommand());
        if (known.accepted == null || appended.isBefore(known.acceptedAppended)) {
            known.accepted = accepted;
            known.acceptedAppended = appended;
        }
    }

    void end(FleetEvent.Ended event, Instant appended) {
        end(Operation.of(event), appended, false);
    }

    /** A service has refused the record at that position. */
    void refuse(String position, String reason, Instant appended) {
        String shown = reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON) + "…";
        refusals.putIfAbsent(position, new CommandRejection(shown, appended));
        if (refusals.size() > MAX_REFUSALS) {
            Iterator<String> oldest = refusals.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        CommandId id = pendingByPosition.get(position);
        PendingCommand refused = id == null ? null : pending.get(id);
        if (refused != null) {
            end(Operation.rejected(refused.operation(), shown), appended, true);
        }
    }

    private void end(Operation operation, Instant appended, boolean isRefusal) {
        CommandId id = operation.id();
        removePending(id);
        endedIds.add(id, appended);
        var end = new EndedOperation(operation, appended, isRefusal);
        EndedOperation known = ended.get(id);
        if (known != null && !end.isBefore(known) || !appended.isAfter(now.minus(ENDED_KEPT))) {
            return;
        }
        if (known != null) {
            forget(known);
        }
        ended.put(id, end);
        byEnd.add(end);
        if (ended.size() > MAX_ENDED) {
            forget(byEnd.first());
        }
    }

    /** Whether it has ended, also if that was so long ago that it is not shown any more. */
    public boolean hasEnded(CommandId id) {
        return ended.containsKey(id) || endedIds.contains(id);
    }

    /** Whether the record that requested it has been read, and it has no outcome. */
    boolean isRequested(CommandId id) {
        PendingCommand known = pending.get(id);
        return known != null && known.submission != null;
    }

    /** That operation, if it is pending or ended within the last day. */
    public Optional<Operation> find(CommandId id) {
        EndedOperation end = ended.get(id);
        if (end != null) {
            return Optional.of(end.operation);
        }
        return Optional.ofNullable(pending.get(id)).map(PendingCommand::operation);
    }

    /** Every operation without an outcome, in no order. */
    public Iterable<Operation> pending() {
        return () -> pending.values().stream().map(PendingCommand::operation).iterator();
    }

    /** Of every operation that is pending or shown, in no order. */
    Stream<CommandId> ids() {
        return Stream.concat(pending.keySet().stream(), ended.keySet().stream());
    }

    /** How many have no outcome. */
    public int pendingCount() {
        return pending.size();
    }

    /** How many have an outcome and are shown. */
    public int endedCount() {
        return ended.size();
    }
}
