package io.hatchery.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.UnreadableException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SubmittedOperationsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
    private static final CommandId ID = new CommandId("one");

    private static final OperationQuery ALL = new OperationQuery(null, null, null, null, null);

    private final FoldedFleet fleet = new FoldedFleet();
    private final FleetView view = fleet.view();
    private final SubmittedOperations submitted = new SubmittedOperations();

    private static Operation stop(String id, Instant submittedAt) {
        var command = new Command(Verb.STOP, new ContainerName("web"), null, null, "api");
        return Operation.pending(new CommandId(id), command, new HostName("host1"), submittedAt);
    }

    private void write(Operation operation) {
        submitted.submit(operation);
        submitted.written(operation);
    }

    private void read(BusRecord record) {
        try {
            var _ = fleet.apply(record);
        } catch (UnreadableException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void operationIsPendingBeforeItsRecordIsRead() {
        submitted.submit(stop("one", NOW));
        assertThat(submitted.isWritten(view, ID)).isFalse();
        submitted.written(stop("one", NOW));
        assertThat(submitted.isWritten(view, ID)).isTrue();
        assertThat(submitted.operation(view, ID))
                .hasValueSatisfying(
                        operation -> assertThat(operation.isPending()).isTrue());
        assertThat(submitted.first(view, ALL, 10)).hasSize(1);
        assertThat(view.operation(ID)).isEmpty();
    }

    @Test
    void operationWhoseWriteFailedIsForgotten() {
        submitted.submit(stop("one", NOW));
        submitted.withdraw(ID);
        assertThat(submitted.operation(view, ID)).isEmpty();
    }

    @Test
    void operationWithFailedWriteIsShownOnceItsRecordIsRead() {
        submitted.submit(stop("one", NOW));
        read(Records.command(0, "one", NOW));
        submitted.withdraw(ID);
        assertThat(submitted.isWritten(view, ID)).isTrue();
        assertThat(submitted.operation(view, ID)).isPresent();
    }

    @Test
    void operationWithAcknowledgedWriteIsNotWithdrawn() {
        write(stop("one", NOW));
        submitted.withdraw(ID);
        assertThat(submitted.operation(view, ID)).isPresent();
    }

    @Test
    void acceptanceThatIsReadBeforeItsCommandShowsTheRequest() {
        write(stop("one", NOW));
        read(Records.accepted(0, "one", NOW.plusSeconds(2)));
        assertThat(submitted.operation(view, ID)).hasValueSatisfying(operation -> {
            assertThat(operation.requestedBy()).isEqualTo("api");
            assertThat(operation.submitted()).isEqualTo(NOW);
            assertThat(operation.steps())
                    .singleElement()
                    .satisfies(step -> assertThat(step.milliseconds()).isEqualTo(2_000));
        });
        assertThat(submitted.first(view, ALL, 10)).hasSize(1);
    }

    @Test
    void operationThatEndedIsTheViews() {
        write(stop("one", NOW));
        read(Records.outcome(0, "one", "completed", NOW));
        assertThat(submitted.operation(view, ID))
                .hasValueSatisfying(operation -> assertThat(operation.outcome()).isEqualTo(OperationState.COMPLETED));
        submitted.prune(view);
        assertThat(submitted.size()).isZero();
    }

    @Test
    void operationWhoseRecordWasReadIsPruned() {
        write(stop("one", NOW));
        read(Records.command(0, "one", NOW));
        submitted.prune(view);
        assertThat(submitted.size()).isZero();
        assertThat(submitted.operation(view, ID)).isPresent();
    }

    @Test
    void operationsThatAreBeingWrittenAreBounded() {
        for (int i = 0; i < SubmittedOperations.MAX_OPERATIONS; i++) {
            assertThat(submitted.submit(stop("a" + i, NOW))).isTrue();
        }
        assertThat(submitted.submit(stop("one", NOW))).isFalse();
        submitted.read(new CommandId("a0"));
        assertThat(submitted.submit(stop("one", NOW))).isTrue();
    }
}
