package io.hatchery.gateway.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Offsets;
import io.hatchery.gateway.view.FoldedFleet;
import io.hatchery.gateway.view.Records;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;

/** Streams over a log in memory, with clients that record what they get. */
abstract class StreamsOnLog {
    static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    /** Without operations, of which an event can begin or end one. */
    static final StreamFilter RECORDS = StreamFilter.ALL.withTypes(
            Set.of(StreamType.CONTAINER, StreamType.STATUS, StreamType.EVENT, StreamType.HOST));

    static final Streams.Request ALL = new Streams.Request(RECORDS, null);

    final MovableClock clock = new MovableClock();
    final FoldedFleet fleet = new FoldedFleet();
    final List<BusRecord> log = new ArrayList<>();
    final List<BusRecord> refused = new ArrayList<>();
    final Streams streams = new Streams(
            clock, fleet.projection()::hosts, fleet.reader(), this::replay, (record, why) -> refused.add(record));
    Future<Void> replayed = Future.succeededFuture();
    int recordsReplayed;
    long offset;

    static final class MovableClock extends Clock {
        Instant now = START;

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

    static final class Client implements OutboundChannel {
        final List<ObjectNode> messages = new ArrayList<>();
        Runnable flush = () -> {};
        boolean full;
        /** How many messages are written before it is full. */
        int room = Integer.MAX_VALUE;

        int code;

        /** The client reads what was written, and has room for so many messages more. */
        void read(int more) {
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

        List<String> types() {
            return messages.stream()
                    .map(message -> message.path("type").asText())
                    .toList();
        }

        String cursor() {
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

    Future<Offsets> replay(Offsets from, Offsets to, Predicate<BusRecord> onRecord) {
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

    void read(BusRecord record) {
        fold(record);
        streams.endBatch();
    }

    /** Folds a record whose batch goes on. */
    void fold(BusRecord record) {
        log.add(record);
        try {
            streams.folded(record, fleet.apply(record));
        } catch (UnreadableException e) {
            streams.folded(record, List.of());
        }
    }

    void status(String container, String host, String phase) {
        read(Records.of(
                Topics.STATUS.name(),
                offset++,
                container,
                "{\"container\":\"" + container + "\",\"host\":\"" + host + "\",\"phase\":\"" + phase
                        + "\",\"since\":\"2026-01-01T00:00:00Z\",\"restarts\":0,\"outdated\":false}",
                clock.now,
                Map.of()));
    }

    /** An evaluation of a container with that value of the label tier. */
    void evaluated(String container, String host, String tier) {
        String spec = "{\"name\":\"" + container + "\",\"host\":\"" + host + "\",\"generation\":1,"
                + "\"payload\":{\"type\":\"command\",\"command\":[\"/bin/x\"]},\"root\":\"/r\","
                + "\"environment\":{},\"bindMounts\":[],\"tmpfs\":[],\"ephemeral\":false,\"autoStart\":false,"
                + "\"restartIfChanged\":true,\"startTimeout\":\"1min\",\"stopTimeout\":\"3min\",\"restart\":\"no\","
                + "\"readiness\":\"started\",\"killSignal\":\"SIGTERM\",\"labels\":{\"tier\":\"" + tier + "\"}}";
        read(Records.of(
                Topics.EVALUATIONS.name(),
                offset++,
                container,
                "{\"container\":\"" + container + "\",\"state\":\"evaluated\",\"revision\":1,\"evaluatedRevision\":1,"
                        + "\"generation\":1,\"spec\":" + spec + ",\"errors\":[],\"systems\":[]}",
                clock.now,
                Map.of()));
    }

    void gone(String container, Map<String, String> headers) {
        read(Records.of(Topics.STATUS.name(), offset++, container, null, clock.now, headers));
    }

    Client connect(Streams.Request request) {
        var client = new Client();
        streams.watch(client, request);
        return client;
    }

    Client resume(String cursor) {
        return connect(new Streams.Request(RECORDS, streams.parse(cursor)));
    }

    String cursorBeforeEvents(int events) {
        String cursor = connect(ALL).cursor();
        for (int i = 0; i < events; i++) {
            read(Records.outcome(offset++, "a" + i, "completed", clock.now));
        }
        return cursor;
    }

    Client resumeWithRoom(String cursor, int room) {
        var client = new Client();
        client.room = room;
        streams.watch(client, new Streams.Request(RECORDS, streams.parse(cursor)));
        return client;
    }
}
