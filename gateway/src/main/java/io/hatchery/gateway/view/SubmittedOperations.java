package io.hatchery.gateway.view;

import io.hatchery.protocol.CommandId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The operations of this gateway's requests whose records the gateway has not read yet. A reader that asks here sees its own writes; the
 * view is folded from topics alone. Thread-safe.
 */
public final class SubmittedOperations {
    /** How many operations wait for their records: each for the ten seconds at most that a write takes, and until it is read. */
    public static final int MAX_OPERATIONS = 10_000;

    private final Map<CommandId, Submission> submissions = new ConcurrentHashMap<>();

    private record Submission(Operation operation, boolean isWritten) {}

    /**
     * Takes in an operation whose record is being written, until {@link #withdraw} or its record is read.
     *
     * @return false if {@link #MAX_OPERATIONS} are being written, and this one is not taken in
     */
    public boolean submit(Operation operation) {
        if (submissions.size() >= MAX_OPERATIONS) {
            return false;
        }
        submissions.putIfAbsent(operation.id(), new Submission(operation, false));
        return true;
    }

    /** The operation of that id whose record is being written, or is not read yet. */
    public Optional<Operation> find(CommandId id) {
        return Optional.ofNullable(submissions.get(id)).map(Submission::operation);
    }

    /** The broker has the record of an operation. */
    public void written(Operation operation) {
        submissions.computeIfPresent(operation.id(), (id, each) -> new Submission(operation, true));
    }

    /** The record of an operation, or its outcome, was read. */
    public void read(CommandId id) {
        submissions.remove(id);
    }

    /** Forgets an operation whose write was not acknowledged; the view shows it if its record is read after all. */
    public void withdraw(CommandId id) {
        submissions.computeIfPresent(id, (any, each) -> each.isWritten ? each : null);
    }

    /** Whether the broker has the record of that operation. */
    public boolean isWritten(FleetView view, CommandId id) {
        Submission submission = submissions.get(id);
        return submission != null && submission.isWritten || view.operation(id).isPresent();
    }

    /** That operation, if the view shows it or its record is being written. */
    public Optional<Operation> operation(FleetView view, CommandId id) {
        Submission submission = submissions.get(id);
        Optional<Operation> read = view.operation(id);
        if (submission == null || view.hasEnded(id)) {
            return read;
        }
        return Optional.of(read.map(known -> known.of(submission.operation))
                        .orElseGet(() -> view.located(submission.operation)))
                .filter(view::sees);
    }

    /** The first operations of a query, in the order of the list; at most so many. */
    public List<Operation> first(FleetView view, OperationQuery query, int most) {
        List<CommandId> unread = submissions.keySet().stream()
                .filter(id -> view.operation(id).isEmpty())
                .toList();
        Stream<Operation> others = unread.stream().flatMap(id -> operation(view, id).stream());
        Stream<Operation> read = view.operations(query, most).stream()
                .map(operation -> operation(view, operation.id()).orElse(operation));
        return query.first(most, Stream.concat(read, others)).toList();
    }

    /** Forgets the operations whose records the view has read, which is to be done every ten seconds or so. */
    public void prune(FleetView view) {
        submissions.keySet().removeIf(id -> view.hasEnded(id) || view.isRequested(id));
    }

    /** How many operations wait for their records. */
    public int size() {
        return submissions.size();
    }
}
