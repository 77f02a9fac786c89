package io.hatchery.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.GoneException;
import io.hatchery.gateway.read.FleetReader;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.Records;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Cursors, slow clients and bounds of streams. */
class StreamsTest extends StreamsOnLog {
    @Test
    void cursorIsServedAsLongAsDeletionsAreKeptAndThenRefused() {
        String cursor = connect(ALL).cursor();
        clock.now = START.plus(StreamCursor.KEPT);
        assertThat(streams.parse(cursor).at()).isEqualTo(START);
        clock.now = START.plus(StreamCursor.KEPT).plusMillis(1);
        assertThatThrownBy(() -> streams.parse(cursor)).isInstanceOf(GoneException.class);
        assertThat(StreamCursor.KEPT).isLessThan(Topics.TOMBSTONES);
    }

    @Test
    void cursorOfTopicsThatWereCreatedAnewIsRefused() {
        StreamCursor now = streams.cursor();
        var others = new TreeMap<>(now.ids());
        others.replaceAll((topic, id) -> "another");
        String foreign = new StreamCursor(others, now.offsets(), now.at()).text();
        assertThatThrownBy(() -> streams.parse(foreign)).isInstanceOf(GoneException.class);
    }

    @Test
    void cursorsOfAnIdleFleetDoNotAge() {
        clock.now = START.plus(Duration.ofDays(40));
        streams.caughtUp(clock.now.minusSeconds(1));
        String cursor = connect(ALL).cursor();
        assertThat(streams.parse(cursor).at()).isEqualTo(clock.now.minusSeconds(1));
    }

    @Test
    void recordDatedAheadDoesNotMakeACursorYounger() {
        Instant ahead = START.plus(Duration.ofDays(365));
        read(Records.outcome(offset++, "a", "completed", ahead));
        assertThat(streams.cursor().at()).isEqualTo(START);
    }

    @Test
    void slowClientGetsTheNewestStatusOnlyAndEveryEvent() {
        Client client = connect(ALL);
        client.full = true;
        status("web", "host1", "starting");
        read(Records.outcome(offset++, "a", "completed", clock.now));
        status("web", "host1", "running");
        client.full = false;
        client.flush.run();
        assertThat(client.types()).containsExactly("snapshot", "synced", "event", "status");
        assertThat(client.messages.getLast().at("/status/phase").asText()).isEqualTo("running");
    }

    @Test
    void clientThatFallsTooFarBehindIsClosed() {
        Client client = connect(ALL);
        client.full = true;
        for (int i = 0; i <= StreamSubscription.MOST_WAITING; i++) {
            read(Records.outcome(offset++, "a", "completed", clock.now));
        }
        assertThat(client.code).isEqualTo(1013);
    }

    @Test
    void clientOfAHostLearnsOfAContainerThatMovedAwayWhileItWasNotThere() {
        var host = new HostName("host1");
        status("web", "host1", "running");
        String cursor =
                connect(new Streams.Request(RECORDS.withHost(host), null)).cursor();
        status("web", "host2", "running"); // the end on host1 was compacted
        Client client = connect(new Streams.Request(RECORDS.withHost(host), streams.parse(cursor)));
        assertThat(client.types()).containsExactly("status", "synced");
        assertThat(client.messages.getFirst().path("status").isNull()).isTrue();
    }

    @Test
    void clientOfAHostLearnsOfADeletionThatDoesNotNameTheHost() {
        var host = new HostName("host1");
        status("web", "host1", "running");
        String cursor =
                connect(new Streams.Request(RECORDS.withHost(host), null)).cursor();
        gone("web", Map.of());
        Client client = connect(new Streams.Request(RECORDS.withHost(host), streams.parse(cursor)));
        assertThat(client.types()).containsExactly("status", "synced");
        status("db", "host2", "running");
        gone("db", Map.of(Headers.SOURCE, "/runner/host2"));
        assertThat(client.types()).containsExactly("status", "synced");
    }

    @Test
    void pageOfLargeMessagesEndsAtItsSize() {
        String cursor = connect(ALL).cursor();
        for (int i = 0; i < 10; i++) {
            read(Records.of(
                    Topics.STATUS.name(),
                    offset++,
                    "web",
                    "{\"container\":\"web\",\"host\":\"host1\",\"phase\":\"failed\",\"reason\":\""
                            + "r".repeat(StreamSubscription.PAGE_CHARS / 4)
                            + "\",\"since\":\"2026-01-01T00:00:00Z\",\"restarts\":0,\"outdated\":false}",
                    clock.now,
                    Map.of()));
        }
        resumeWithRoom(cursor, 0);
        assertThat(recordsReplayed).isEqualTo(4);
    }

    @Test
    void clientThatTakesNothingForAMinuteIsClosed() {
        Client client = resumeWithRoom(cursorBeforeEvents(2), 0);
        clock.now = START.plus(StreamSubscription.STALL_TIMEOUT);
        streams.closeStalled();
        assertThat(client.code).isZero();
        clock.now = clock.now.plusMillis(1);
        streams.closeStalled();
        assertThat(client.code).isEqualTo(1013);
        client.read(10);
        assertThat(client.messages).isEmpty();
    }

    @Test
    void clientThatTakesOneMessageEachMinuteIsNotClosed() {
        Client client = resumeWithRoom(cursorBeforeEvents(3), 0);
        for (int i = 0; i < 3; i++) {
            clock.now = clock.now.plus(StreamSubscription.STALL_TIMEOUT);
            client.read(1);
            streams.closeStalled();
        }
        client.read(10);
        assertThat(client.code).isZero();
        assertThat(client.types()).containsExactly("event", "event", "event", "synced");
    }

    @Test
    void clientsAreBoundedThoseThatAreAboutToComeIncluded() {
        for (int i = 0; i < Streams.MAX_CLIENTS; i++) {
            assertThat(streams.admit()).isTrue();
        }
        assertThat(streams.admit()).isFalse();
        var watchers = new ArrayList<StreamSubscription>();
        for (int i = 0; i < Streams.MAX_CLIENTS; i++) {
            streams.opened();
            watchers.add(streams.watch(new Client(), ALL));
        }
        assertThat(streams.admit()).isFalse();
        streams.remove(watchers.getFirst());
        assertThat(streams.admit()).isTrue();
        streams.opened();
        assertThat(streams.admit()).isTrue();
    }

    @Test
    void hostsThatAreDeletedAreForgottenAsAlive() {
        for (int i = 0; i < 10; i++) {
            read(Records.heartbeat(offset++, "host" + i, clock.now));
        }
        streams.lookForLostHosts();
        assertThat(streams.knownAlive()).isEqualTo(10);
        for (int i = 0; i < 9; i++) {
            read(Records.of(Topics.HOSTS.name(), offset++, "host" + i, null, clock.now, Map.of()));
        }
        streams.lookForLostHosts();
        assertThat(streams.knownAlive()).isEqualTo(1);
    }

    @Test
    void clientThatTakesTooLongForItsSnapshotIsClosed() {
        for (int i = 0; i < 3 * StreamSnapshot.PAGE; i++) {
            status("c" + i, "host1", "running");
        }
        var client = new Client();
        client.full = true;
        streams.watch(client, ALL);
        clock.now = START.plus(StreamSnapshot.LONGEST).plusSeconds(1);
        client.full = false;
        client.flush.run();
        assertThat(client.code).isEqualTo(1013);
        assertThat(client.types()).doesNotContain("synced");
    }

    @Test
    void snapshotComesInPagesAndThenOnceWhatChangedMeanwhile() {
        for (int i = 0; i < StreamSnapshot.PAGE + 50; i++) {
            status("c" + i, "host1", "running");
        }
        var client = new Client();
        client.room = 1;
        streams.watch(client, ALL);
        status("c0", "host1", "stopped");
        client.read(100);
        assertThat(client.types()).containsExactly("snapshot", "snapshot", "synced", "status");
        assertThat(client.messages.get(0).path("containers")).hasSize(StreamSnapshot.PAGE);
        assertThat(client.messages.get(1).path("containers")).hasSize(50);
        assertThat(client.messages.get(0).has("cursor")).isFalse();
        assertThat(client.messages.get(3).at("/status/phase").asText()).isEqualTo("stopped");
    }

    @Test
    void onlyTheLastMessageOfABatchHasACursor() {
        Client client = connect(ALL);
        BusRecord first = Records.outcome(offset++, "a", "completed", clock.now);
        BusRecord second = Records.outcome(offset++, "b", "completed", clock.now);
        fold(first);
        fold(second);
        streams.endBatch();
        assertThat(client.types()).containsExactly("snapshot", "synced", "event", "event");
        assertThat(client.messages.get(2).has("cursor")).isFalse();
        assertThat(client.cursor()).isNotEmpty();
        assertThat(resume(client.cursor()).types()).containsExactly("synced");
    }

    /** A heartbeat that differs from another one in its time alone. */
    private BusRecord later(BusRecord heartbeat, Instant at) {
        String json = new String(heartbeat.bytes(), StandardCharsets.UTF_8);
        return Records.of(
                Topics.HOSTS.name(),
                offset++,
                "host1",
                json.replace("\"at\":\"" + START, "\"at\":\"" + at),
                at,
                Map.of());
    }

    @Test
    void heartbeatThatChangesItsTimeAloneIsNotSent() {
        BusRecord first = Records.heartbeat(offset++, "host1", START);
        read(first);
        Client client = connect(ALL);
        read(later(first, START.plusSeconds(5)));
        assertThat(client.types()).containsExactly("snapshot", "synced");
    }

    @Test
    void hostWhoseHeartbeatsArriveLateIsLostAndThenBack() {
        BusRecord first = Records.heartbeat(offset++, "host1", START);
        read(first);
        streams.lookForLostHosts();
        Client client = connect(ALL);
        clock.now = START.plusSeconds(16);
        streams.lookForLostHosts();
        assertThat(client.messages.getLast().at("/status/state").asText()).isEqualTo("lost");
        read(later(first, START.plusSeconds(5)));
        streams.lookForLostHosts();
        assertThat(client.messages.getLast().at("/status/state").asText()).isEqualTo("ready");
    }

    /** Holds queries back until the test calls {@link #answer}. */
    private static final class HeldReader implements FleetReader {
        private final FleetReader reader;
        private final List<Runnable> waiting = new ArrayList<>();

        HeldReader(FleetReader reader) {
            this.reader = reader;
        }

        @Override
        public <T> Future<T> read(Function<FleetView, T> query) {
            Promise<T> promise = Promise.promise();
            waiting.add(() -> reader.read(query).onComplete(promise));
            return promise.future();
        }

        @Override
        public Future<HeldState> hold() {
            return reader.hold();
        }

        void answer() {
            List<Runnable> now = List.copyOf(waiting);
            waiting.clear();
            now.forEach(Runnable::run);
        }
    }

    @Test
    void clientThatIsOverrunWhileItsOperationsAreReadMissesNothing() throws Exception {
        var reader = new HeldReader(fleet.reader());
        var own = new Streams(clock, fleet.projection()::hosts, reader, this::replay, (record, why) -> {});
        own.begin(streams.cursor().ids(), streams.cursor().offsets(), START);
        var client = new Client();
        own.watch(client, new Streams.Request(StreamFilter.ALL, null));
        assertThat(client.types()).containsExactly("snapshot");
        int events = StreamSubscription.MOST_WAITING + 1;
        for (int i = 0; i < events; i++) {
            BusRecord record = Records.outcome(offset++, "a" + i, "completed", clock.now);
            log.add(record);
            own.folded(record, fleet.apply(record));
        }
        own.endBatch();
        while (!reader.waiting.isEmpty()) {
            reader.answer();
        }
        assertThat(client.types().stream().filter("event"::equals)).hasSize(events);
        assertThat(client.types().getLast()).isEqualTo("synced");
        BusRecord next = Records.outcome(offset++, "next", "completed", clock.now);
        log.add(next);
        own.folded(next, fleet.apply(next));
        own.endBatch();
        assertThat(client.types().getLast()).isEqualTo("operation");
    }
}
