package io.hatchery.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Message;
import io.hatchery.bus.Position;
import io.hatchery.bus.Publisher;
import io.hatchery.gateway.read.DirectReader;
import io.hatchery.gateway.store.FleetDatabase;
import io.hatchery.gateway.stream.StreamCursor;
import io.hatchery.gateway.view.Records;
import io.hatchery.protocol.Topics;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a gateway continues that was ended at some point of its first fold. */
class FleetFoldTest {
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final String STATUS = Topics.STATUS.name();
    private static final Publisher NOBODY = new Publisher() {
        @Override
        public Future<Position> publish(Message message) {
            throw new AssertionError("nothing is published");
        }

        @Override
        public Future<Position> sendToDeadLetter(BusRecord record, String reader, String reason) {
            throw new AssertionError("nothing is refused");
        }
    };

    @TempDir
    private Path folder;

    private static SortedMap<String, String> ids(String id) {
        var ids = new TreeMap<String, String>();
        FleetFold.TOPICS.forEach(topic -> ids.put(topic, id));
        return ids;
    }

    private static FleetFold fold(FleetDatabase database, Instant now) {
        RestoredFleet restored = RestoredFleet.of(database, now);
        return new FleetFold(
                restored,
                new DirectReader(restored.projection()),
                NOBODY,
                (from, to, onRecord) -> Future.succeededFuture(to),
                1,
                Clock.fixed(now, ZoneOffset.UTC));
    }

    private FleetDatabase open() throws IOException {
        return FleetDatabase.open(folder, "1");
    }

    private Map<Integer, Long> continuesAt(String id, Instant now) throws IOException {
        try (FleetDatabase database = open()) {
            return fold(database, now).resume(ids(id)).getOrDefault(STATUS, Map.of());
        }
    }

    /** A gateway that folds ten records of a longer topic and is ended. */
    private void interrupted() throws IOException {
        try (FleetDatabase database = open()) {
            FleetFold fold = fold(database, START);
            assertThat(fold.resume(ids("a")).get(STATUS)).isEmpty();
            for (int offset = 0; offset < 10; offset++) {
                var _ = fold.take(Records.of(STATUS, offset, "web", null, START.minus(Duration.ofDays(20)), Map.of()));
            }
        }
    }

    @Test
    void firstFoldThatWasInterruptedContinues() throws Exception {
        interrupted();
        assertThat(continuesAt("a", START.plus(StreamCursor.KEPT))).isEqualTo(Map.of(0, 10L));
    }

    @Test
    void firstFoldThatWasInterruptedForTooLongBeginsAnew() throws Exception {
        interrupted();
        assertThat(continuesAt("a", START.plus(StreamCursor.KEPT).plusMillis(1)))
                .isEmpty();
    }

    @Test
    void foldOfTopicsThatWereCreatedAgainBeginsAnew() throws Exception {
        interrupted();
        assertThat(continuesAt("b", START)).isEmpty();
    }
}
