package io.hatchery.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.GoneException;
import io.hatchery.gateway.view.Records;
import io.hatchery.protocol.Topics;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Clients that resume from a cursor get what they missed. */
class StreamReplayTest extends StreamsOnLog {
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
    void replayOfExpiredRecordsIsClosedWith4410() {
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
    void slowClientGetsWhatItMissedInOrderBeforeWhatHappensMeanwhile() {
        String cursor = connect(ALL).cursor();
        status("web", "host1", "starting");
        read(Records.outcome(offset++, "a", "completed", clock.now));
        Client client = new Client();
        client.full = true;
        streams.watch(client, new Streams.Request(RECORDS, streams.parse(cursor)));
        status("web", "host1", "running");
        assertThat(client.types()).isEmpty();
        client.full = false;
        client.flush.run();
        assertThat(client.types()).containsExactly("status", "event", "synced", "status");
        assertThat(client.messages.getLast().at("/status/phase").asText()).isEqualTo("running");
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
    void replayContinuesWhenMoreChangesArriveThanFitTheQueue() {
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
    void replayOfAClientThatLeftReadsNoFurther() {
        Client client = resumeWithRoom(cursorBeforeEvents(3 * StreamSubscription.PAGE_MESSAGES), 0);
        client.code = 1000;
        client.read(Integer.MAX_VALUE);
        assertThat(recordsReplayed).isEqualTo(StreamSubscription.PAGE_MESSAGES);
    }
}
