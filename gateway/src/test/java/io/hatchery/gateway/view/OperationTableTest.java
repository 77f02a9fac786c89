package io.hatchery.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OperationTableTest {
    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
    private static final String COMMANDS = "hatchery.host.host1.commands";

    private static FoldedFleet fleet(List<BusRecord> records) {
        return fold(new FoldedFleet(), records);
    }

    private static FoldedFleet fold(FoldedFleet fleet, List<BusRecord> records) {
        fleet.advance(NOW);
        fleet.applyAll(records);
        fleet.advance(NOW);
        return fleet;
    }

    private static Optional<Operation> operation(FoldedFleet fleet, String id) {
        return fleet.view().operation(new CommandId(id));
    }

    private static String outcome(FoldedFleet fleet, String id) {
        return operation(fleet, id).map(found -> found.outcome().word()).orElse("unknown");
    }

    @Test
    void everyOrderOfTheRecordsGivesTheSameOperations() throws Exception {
        var fleet = new FoldedFleet();
        for (int seed = 0; seed < 300; seed++) {
            fleet.clear();
            var random = new Random(seed);
            List<BusRecord> records = history(random);
            SortedMap<String, String> first = operations(fold(fleet, records));
            for (int i = 0; i < 10; i++) {
                Collections.shuffle(records, random);
                fleet.clear();
                assertThat(operations(fold(fleet, records))).as("seed %d", seed).isEqualTo(first);
            }
        }
    }

    private static SortedMap<String, String> operations(FoldedFleet fleet) {
        var operations = new TreeMap<String, String>();
        for (int i = 0; i < 12; i++) {
            String id = "o" + i;
            operations.put(id, operation(fleet, id).map(Operation::toString).orElse("unknown"));
        }
        return operations;
    }

    private static List<BusRecord> history(Random random) {
        var records = new ArrayList<BusRecord>();
        for (int i = 0; i < 12; i++) {
            String id = "o" + i;
            Instant at = NOW.minus(Duration.ofMinutes(random.nextInt(40 * 24 * 60)));
            long offset = i * 10L;
            if (random.nextInt(4) > 0) {
                records.add(random.nextInt(3) > 0 ? Records.command(offset, id, at) : Records.deletion(offset, id, at));
            }
            if (random.nextInt(4) == 0) {
                records.add(Records.command(offset + 1, id, at.plusSeconds(1)));
            }
            if (random.nextBoolean()) {
                records.add(Records.accepted(offset + 2, id, at.plusSeconds(2)));
            }
            if (random.nextBoolean()) {
                records.add(Records.outcome(offset + 3, id, "completed", at.plusSeconds(3)));
            }
            if (random.nextInt(4) == 0) {
                records.add(Records.outcome(offset + 4, id, "failed", at.plusSeconds(4)));
            }
            if (random.nextInt(4) == 0) {
                records.add(Records.deadLetter(offset + 5, COMMANDS + "/0/" + offset, "no", at.plusSeconds(5)));
            }
        }
        return records;
    }

    @Test
    void outcomeThatIsReadBeforeItsCommandWins() throws Exception {
        var fleet = fleet(List.of(
                Records.outcome(0, "a", "completed", NOW.minusSeconds(10)),
                Records.accepted(1, "a", NOW.minusSeconds(11)),
                Records.command(0, "a", NOW.minusSeconds(12))));
        assertThat(outcome(fleet, "a")).isEqualTo("completed");
        assertThat(fleet.projection().operations().pendingCount()).isZero();
    }

    @Test
    void onlyPendingCommandsArePendingAfterARestart() throws Exception {
        var fleet = new FoldedFleet();
        fleet.advance(NOW);
        var _ = fleet.apply(Records.command(0, "open", NOW.minus(Duration.ofDays(6))));
        var records = new ArrayList<BusRecord>();
        for (int i = 0; i < 150_000; i++) {
            records.add(Records.outcome(i, "e" + i, "completed", NOW.minusSeconds(150_000 - i)));
        }
        for (int i = 0; i < 150_000; i++) {
            records.add(Records.command(i, "e" + i, NOW.minusSeconds(150_001 - i)));
        }
        fleet.applyAll(records);
        assertThat(fleet.projection().operations().pendingCount()).isEqualTo(1);
        assertThat(fleet.projection().operations().endedCount()).isLessThanOrEqualTo(ProjectionLimits.DEFAULT.ended());
        assertThat(outcome(fleet, "open")).isEqualTo("pending");
        assertThat(outcome(fleet, "e149999")).isEqualTo("completed");
        assertThat(outcome(fleet, "e0")).isEqualTo("unknown");
        assertThat(fleet.view().hasEnded(new CommandId("e0"))).isTrue();
    }

    @Test
    void moreEndedOperationsThanAreKeptForgetThoseThatEndedFirst() throws Exception {
        int most = 100;
        var fleet = new FoldedFleet(new ProjectionLimits(most, 1));
        fleet.advance(NOW);
        for (int i = 0; i <= most; i++) {
            var _ = fleet.apply(Records.outcome(i, "e" + i, "completed", NOW.minusMillis(most - i)));
        }
        assertThat(fleet.projection().operations().endedCount()).isEqualTo(most);
        assertThat(outcome(fleet, "e0")).isEqualTo("unknown");
        assertThat(outcome(fleet, "e1")).isEqualTo("completed");
    }

    @Test
    void endedOperationIsShownForADay() throws Exception {
        var fleet = fleet(List.of(Records.outcome(0, "a", "failed", NOW)));
        fleet.advance(NOW.plus(OperationTable.ENDED_KEPT).minusMillis(1));
        assertThat(outcome(fleet, "a")).isEqualTo("failed");
        fleet.advance(NOW.plus(OperationTable.ENDED_KEPT));
        assertThat(outcome(fleet, "a")).isEqualTo("unknown");
        var _ = fleet.apply(Records.command(0, "a", NOW));
        assertThat(outcome(fleet, "a")).isEqualTo("unknown");
    }

    @Test
    void deletionIsAnOperationOfItsTombstone() throws Exception {
        var fleet = fleet(List.of(Records.deletion(0, "d", NOW.minusSeconds(5))));
        assertThat(operation(fleet, "d")).hasValueSatisfying(operation -> {
            assertThat(operation.isPending()).isTrue();
            assertThat(operation.requestedBy()).isEqualTo("someone");
        });
    }

    @Test
    void tombstoneThatOutlivesTheOutcomeOfItsDeletionIsNotPending() throws Exception {
        Instant old = NOW.minus(OperationTable.TOMBSTONE_KEPT).minusSeconds(1);
        assertThat(outcome(fleet(List.of(Records.deletion(0, "d", old))), "d")).isEqualTo("unknown");
    }

    @Test
    void deletionStaysPendingAfterItsTombstoneExpired() throws Exception {
        BusRecord waits = Records.of(
                "hatchery.evaluations",
                0,
                "web",
                "{\"container\":\"web\",\"state\":\"deleted\",\"revision\":1,\"evaluatedRevision\":1,\"errors\":[],\"systems\":[],"
                        + "\"releasingHost\":{\"host\":\"host1\",\"operation\":\"d\"}}",
                NOW.minus(Duration.ofDays(40)),
                Map.of());
        var fleet = fleet(List.of(waits));
        assertThat(operation(fleet, "d")).hasValueSatisfying(operation -> {
            assertThat(operation.outcome()).isEqualTo(OperationState.PENDING);
            assertThat(String.valueOf(operation.host())).isEqualTo("host1");
        });
        var _ = fleet.apply(Records.outcome(1, "d", "completed", NOW));
        assertThat(outcome(fleet, "d")).isEqualTo("completed");
    }

    @Test
    void commandThatItsRunnerRefusedIsRejectedWithTheReason() throws Exception {
        var fleet = fleet(List.of(
                Records.command(7, "a", NOW.minusSeconds(5)),
                Records.deadLetter(0, COMMANDS + "/0/7", "its key names another", NOW.minusSeconds(4))));
        assertThat(operation(fleet, "a")).hasValueSatisfying(operation -> {
            assertThat(operation.outcome()).isEqualTo(OperationState.REJECTED);
            assertThat(operation.reason()).isEqualTo("its key names another");
        });
    }

    @Test
    void deletionsThatWaitForTheirHostsAreListedByContainerAndPage() {
        var records = new ArrayList<BusRecord>();
        for (int i = 0; i < 30; i++) {
            records.add(Records.of(
                    "hatchery.evaluations",
                    i,
                    "c" + i,
                    "{\"container\":\"c" + i + "\",\"state\":\"deleted\",\"revision\":1,\"evaluatedRevision\":1,"
                            + "\"errors\":[],\"systems\":[],\"releasingHost\":{\"host\":\"host1\",\"operation\":\"d" + i
                            + "\"}}",
                    NOW.minusSeconds(i),
                    Map.of()));
        }
        FleetView view = fleet(records).view();
        var submitted = new SubmittedOperations();
        var ofTheOldest = new OperationQuery(new ContainerName("c29"), null, null, null, null);
        assertThat(submitted.first(view, ofTheOldest, 5)).hasSize(1);
        var page = submitted.first(view, new OperationQuery(null, null, null, null, null), 10);
        var next = new OperationQuery(null, null, null, null, OperationQuery.PagePosition.of(page.getLast()));
        assertThat(submitted.first(view, next, 10))
                .extracting(operation -> operation.id().value())
                .startsWith("d10", "d11")
                .hasSize(10);
        var stops = new OperationQuery(null, null, null, Verb.STOP, null);
        assertThat(submitted.first(view, stops, 10)).isEmpty();
    }
}
