package io.hatchery.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.GoneException;
import io.hatchery.bus.Offsets;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.Records;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StreamsTest {
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final Streams.Request ALL = new Streams.Request(null, null, null);

    private final MovableClock clock = new MovableClock();
    private final FleetView view = new FleetView();
    private final List<BusRecord> log = new ArrayList<>();
    private final List<BusRecord> refused = new ArrayList<>();
    private final Streams streams = new Streams(clock, view, this::replay, (record, why) -> refused.add(record));
    private Future<Void> replayed = Future.succeededFuture();
    private int recordsReplayed;
    private long offset;

    private static final class MovableClock extends Clock {
        private Instant now = START;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private static final class Client implements OutboundChannel {
        private final List<ObjectNode> messages = new ArrayList<>();
        private Runnable flush = () -> {};
        private boolean full;
        /** How many messages are written before it is full. */
        private int room = Integer.MAX_VALUE;

        private int code;

        /** The client reads what was written, and has room for so many messages more. */
        private void read(int more) {
            room = more;
            flush.run();
        }

        @Override
        public boolean isClosed() {
            return code != 0;
        }

        @Override
        public boolean isFull() {
            return full || room == 0;
        }

        @Override
        public void write(String text) {
            room--;
            try {
                messages.add(Json.readObject(text.getBytes(StandardCharsets.UTF_8)));
            } catch (UnreadableException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close(int withCode, String reason) {
            code = code == 0 ? withCode : code;
        }

        @Override
        public void onDrained(Runnable whenDrained) {
            flush = whenDrained;
        }

        private List<String> types() {
            return messages.stream()
                    .map(message -> message.path("type").asText())
                    .toList();
        }

        private String cursor() {
            return messages.getLast().path("cursor").asText();
        }
    }

    @BeforeEach
    void begin() {
        var ids = new TreeMap<String, String>();
        var offsets = new TreeMap<String, List<Long>>();
        for (String topic : Streams.TOPICS) {
            ids.put(topic, "id-of-" + topic);
            offsets.put(topic, List.of(0L));
        }
        streams.begin(ids, new Offsets(offsets), START);
    }

    private Future<Offsets> replay(Offsets from, Offsets to, Predicate<BusRecord> onRecord) {
        Offsets read = from;
        for (BusRecord record : log) {
            if (!from.hasRead(record) && to.hasRead(record)) {
                read = read.after(record);
                recordsReplayed++;
                if (!onRecord.test(record)) {
                    return Future.succeededFuture(read);
                }
            }
        }
        return replayed.map(done -> to);
    }

    private void read(BusRecord record) {
        log.add(record);
        try {
            var change = view.apply(record);
            if (change.isPresent()) {
                streams.changed(record, change.get());
            } else {
                streams.passed(record);
            }
        } catch (UnreadableException e) {
            streams.passed(record);
        }
    }

    private void status(String container, String host, String phase) {
        read(Records.of(
                Topics.STATUS.name(),
                offset++,
                container,
                "{\"container\":\"" + container + "\",\"host\":\"" + host + "\",\"phase\":\"" + phase
                        + "\",\"since\":\"2026-01-01T00:00:00Z\",\"restarts\":0,\"outdated\":false}",
                clock.now,
                Map.of()));
    }

    private void gone(String container, Map<String, String> headers) {
        read(Records.of(Topics.STATUS.name(), offset++, container, null, clock.now, headers));
    }

    private Client connect(Streams.Request request) {
        var client = new Client();
        streams.watch(client, request);
        return client;
    }

    private Client resume(String cursor) {
        return connect(new Streams.Request(null, null, streams.parse(cursor)));
    }

    @Test
    void deletionThatAClientMissedIsReplayedBeforeItIsSynced() {
        status("web", "host1", "running");
        String cursor = connect(ALL).cursor();
        gone("web", Map.of());
        Client client = resume(cursor);
        assertThat(client.types()).containsExactly("status", "synced");
        assertThat(client.messages.getFirst().path("status").isNull()).isTrue();
    }

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
    void cursorWithoutATimeIsRefused() {
        StreamCursor now = streams.cursor();
        String old = new StreamCursor(now.ids(), now.offsets(), null).text();
        assertThatThrownBy(() -> streams.parse(old)).isInstanceOf(GoneException.class);
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
    void cursorDuringAReplayIsAsOldAsTheOneThatTheClientCameWith() {
        String cursor = connect(ALL).cursor();
        clock.now = START.plus(Duration.ofDays(20));
        status("web", "host1", "running");
        Client client = resume(cursor);
        assertThat(streams.parse(client.messages.getFirst().path("cursor").asText())
                        .at())
                .isEqualTo(START);
        assertThat(streams.parse(client.cursor()).at()).isEqualTo(clock.now);
    }

    @Test
    void recordDatedAheadDoesNotMakeACursorYounger() {
        Instant ahead = START.plus(Duration.ofDays(365));
        read(Records.outcome(offset++, "a", "completed", ahead));
        assertThat(streams.cursor().at()).isEqualTo(START);
    }

    @Test
    void replayThatOutlastsItsCursorIsClosedAndNotSynced() {
        Promise<Void> slow = Promise.promise();
        replayed = slow.future();
        String cursor = connect(ALL).cursor();
        Client client = resume(cursor);
        clock.now = START.plus(StreamCursor.KEPT).plusSeconds(1);
        slow.complete();
        assertThat(client.code).isEqualTo(Streams.GONE);
        assertThat(client.types()).doesNotContain("synced");
    }

    @Test
    void replayWhoseRecordsAreGoneIsClosedWith4410() {
        String cursor = connect(ALL).cursor();
        replayed = Future.failedFuture(new GoneException("gone"));
        assertThat(resume(cursor).code).isEqualTo(4410);
    }

    @Test
    void badRecordOfAReplayIsRefusedAndTheRestFollows() {
        String cursor = connect(ALL).cursor();
        read(Records.of(Topics.STATUS.name(), offset++, "web", "{\"container\":\"web\"}", clock.now, Map.of()));
        status("db", "host1", "running");
        Client client = resume(cursor);
        assertThat(client.types()).containsExactly("status", "synced");
        assertThat(refused).hasSize(1);
    }

    @Test
    void changesDuringAReplayFollowItOnce() {
        String cursor = connect(ALL).cursor();
        status("web", "host1", "starting");
        Promise<Void> slow = Promise.promise();
        replayed = slow.future();
        Client client = resume(cursor);
        status("web", "host1", "running");
        slow.complete();
        assertThat(client.types()).containsExactly("status", "synced", "status");
        assertThat(client.messages.getLast().at("/status/phase").asText()).isEqualTo("running");
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
        String cursor = connect(new Streams.Request(null, host, null)).cursor();
        status("web", "host2", "running"); // the end on host1 was compacted
        Client client = connect(new Streams.Request(null, host, streams.parse(cursor)));
        assertThat(client.types()).containsExactly("status", "synced");
        assertThat(client.messages.getFirst().path("status").isNull()).isTrue();
    }

    @Test
    void clientOfAHostLearnsOfADeletionThatDoesNotNameTheHost() {
        var host = new HostName("host1");
        status("web", "host1", "running");
        String cursor = connect(new Streams.Request(null, host, null)).cursor();
        gone("web", Map.of());
        Client client = connect(new Streams.Request(null, host, streams.parse(cursor)));
        assertThat(client.types()).containsExactly("status", "synced");
        status("db", "host2", "running");
        gone("db", Map.of(Headers.SOURCE, "/runner/host2"));
        assertThat(client.types()).containsExactly("status", "synced");
    }

    @Test
    void slowClientGetsWhatItMissedInOrderBeforeWhatHappensMeanwhile() {
        String cursor = connect(ALL).cursor();
        status("web", "host1", "starting");
        read(Records.outcome(offset++, "a", "completed", clock.now));
        Client client = new Client();
        client.full = true;
        streams.watch(client, new Streams.Request(null, null, streams.parse(cursor)));
        status("web", "host1", "running");
        assertThat(client.types()).isEmpty();
        client.full = false;
        client.flush.run();
        assertThat(client.types()).containsExactly("status", "event", "synced", "status");
        assertThat(client.messages.getLast().at("/status/phase").asText()).isEqualTo("running");
    }

    private String cursorBeforeEvents(int events) {
        String cursor = connect(ALL).cursor();
        for (int i = 0; i < events; i++) {
            read(Records.outcome(offset++, "a" + i, "completed", clock.now));
        }
        return cursor;
    }

    private Client resumeWithRoom(String cursor, int room) {
        var client = new Client();
        client.room = room;
        streams.watch(client, new Streams.Request(null, null, streams.parse(cursor)));
        return client;
    }

    @Test
    void clientThatReadsGetsTensOfThousandsOfMissedEventsInOneConnection() {
        int events = 3 * StreamSubscription.MOST_WAITING;
        Client client = resumeWithRoom(cursorBeforeEvents(events), 100);
        while (client.messages.size() <= events) {
            client.read(100);
            streams.closeStalled();
            assertThat(client.code).isZero();
        }
        assertThat(client.messages.stream()
                        .limit(events)
                        .map(message -> message.at("/event/id").asText()))
                .containsExactlyElementsOf(
                        IntStream.range(0, events).mapToObj(i -> "a" + i).toList());
        assertThat(client.types().getLast()).isEqualTo("synced");
    }

    @Test
    void replayGoesOnToThePresentIfMoreChangesComeMeanwhileThanWait() {
        Promise<Void> slow = Promise.promise();
        int before = 5;
        int meanwhile = StreamSubscription.MOST_WAITING + 10;
        String cursor = cursorBeforeEvents(before);
        replayed = slow.future();
        Client client = resume(cursor);
        for (int i = 0; i < meanwhile; i++) {
            read(Records.outcome(offset++, "b" + i, "completed", clock.now));
        }
        replayed = Future.succeededFuture();
        slow.complete();
        read(Records.outcome(offset++, "c", "completed", clock.now));
        assertThat(client.code).isZero();
        assertThat(client.messages.stream()
                        .map(message -> message.at("/event/id").asText()))
                .hasSize(before + meanwhile + 2)
                .doesNotHaveDuplicates()
                .endsWith("b" + (meanwhile - 1), "", "c");
    }

    @Test
    void replayReadsOnePageForAClientThatDoesNotRead() {
        resumeWithRoom(cursorBeforeEvents(3 * StreamSubscription.PAGE_MESSAGES), 0);
        assertThat(recordsReplayed).isEqualTo(StreamSubscription.PAGE_MESSAGES);
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
    void replayOfAClientThatLeftReadsNoFurther() {
        Client client = resumeWithRoom(cursorBeforeEvents(3 * StreamSubscription.PAGE_MESSAGES), 0);
        client.code = 1000;
        client.read(Integer.MAX_VALUE);
        assertThat(recordsReplayed).isEqualTo(StreamSubscription.PAGE_MESSAGES);
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
}
