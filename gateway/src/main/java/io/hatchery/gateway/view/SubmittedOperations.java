package io.hatchery.gateway.view;

import io.hatchery.protocol.CommandId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The operations of this gateway's requests whose records the view has not read yet. A reader that asks here sees its own writes; the
 * view is folded from topics alone. Not thread-safe.
 */
public final class SubmittedOperations {
    /** How many operations wait for their records: each for the ten seconds at most that a write takes, and until it is read. */
    public static final int MAX_OPERATIONS = 10_000;

    private final FleetView view;
    private final Map<CommandId, Submission> submissions = new HashMap<>();

    private record Submission(Operation operation, boolean isWritten) {}

    /** Knows no operation but those of the view. */
    public SubmittedOperations(FleetView view) {
        this.view = view;
    }

    /**
     * Takes in an operation whose record is being written, until {@link #withdraw} or its record is read.
     *
     * @return false if {@link #MAX_OPERATIONS} are being written, and this one is not taken in
     */
    public boolean submit(Operation operation) {
        if (submissions.size() >= MAX_OPERATIONS) {
            prune();
        }
        if (submissions.size() >= MAX_OPERATIONS) {
            return false;
        }
        submissions.putIfAbsent(operation.id(), new Submission(operation, false));
        return true;
    }

    /** The broker has the record of an operation. */
    public void written(Operation operation) {
        if (!isRead(operation.id())) {
            submissions.put(operation.id(), new Submission(operation, true));
        }
    }

    /** Forgets an operation whose write was not acknowledged; the view shows it if its record is read after all. */
    public void withdraw(CommandId id) {
        submissions.computeIfPresent(id, (any, each) -> each.isWritten ? each : null);
    }

    /** Whether the broker has the record of that operation. */
    public boolean isWritten(CommandId id) {
        Submission submission = submissions.get(id);
        return submission != null && submission.isWritten || view.operation(id).isPresent();
    }

    /** That operation, if the view shows it or its record is being written. */
    public Optional<Operation> operation(CommandId id) {
        Optional<Operation> read = view.operation(id);
        Submission submission = submissions.get(id);
        if (submission == null || view.operations().hasEnded(id)) {
            return read;
        }
        return Optional.of(
                read.map(known -> known.of(submission.operation)).orElseGet(() -> view.located(submission.operation)));
    }

    /** Every operation that {@link #operation} finds, once, in no order. */
    public Stream<Operation> all() {
        prune();
        Stream<Operation> others = submissions.values().stream()
                .map(Submission::operation)
                .filter(operation -> view.operation(operation.id()).isEmpty())
                .map(view::located);
        return Stream.concat(view.allOperations(), others);
    }

    /** Forgets the operations whose records the view has read, which is to be done every ten seconds or so. */
    public void prune() {
        submissions.values().removeIf(each -> isRead(each.operation.id()));
    }

    private boolean isRead(CommandId id) {
        return view.operations().hasEnded(id) || view.operations().isRequested(id);
    }

    /** How many operations wait for their records. */
    public int size() {
        return submissions.size();
    }
}
