package io.hatchery.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Offsets;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class EventPageTest {
    private static final String TOPIC = "hatchery.events";
    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    @Test
    void newestEventsOfAllPartitionsAreMergedByTime() {
        var page = new EventPage(new EventPage.Query(null, null, null, true, null, 3));
        take(page, 0, 0, 1);
        take(page, 0, 1, 4);
        take(page, 0, 2, 6);
        take(page, 1, 0, 2);
        take(page, 1, 1, 3);
        take(page, 1, 2, 5);
        assertThat(seconds(page)).containsExactly(4, 5, 6);
        assertThat(page.next(TOPIC, read(3, 3)).next()).isEqualTo(read(3, 3).next());
    }

    @Test
    void pagesAfterACursorTogetherHaveEveryEventOnceInOrder() {
        var first = new EventPage(new EventPage.Query(null, null, null, false, null, 3));
        int[][] log = {{1, 4, 6}, {2, 3, 5}};
        offer(first, log, read(0, 0));
        assertThat(seconds(first)).containsExactly(1, 2, 3);
        Offsets next = first.next(TOPIC, read(3, 3));
        assertThat(next.next().get(TOPIC)).containsExactly(1L, 2L);
        var second = new EventPage(new EventPage.Query(null, null, null, false, null, 3));
        offer(second, log, next);
        assertThat(seconds(second)).containsExactly(4, 5, 6);
        assertThat(second.next(TOPIC, read(3, 3)).next()).isEqualTo(read(3, 3).next());
    }

    @Test
    void clockThatIsAheadOrBehindDoesNotReorderAContainer() {
        var page = new EventPage(new EventPage.Query(null, null, null, true, null, 10));
        take(page, 0, 0, 3_600, 1);
        take(page, 0, 1, 2, 2);
        take(page, 0, 2, -3_600, 4);
        take(page, 1, 0, 3, 3);
        assertThat(seconds(page)).containsExactly(3_600, 2, -3_600, 3);
    }

    @Test
    void containersOfOnePartitionAreMergedByTimeAsWell() {
        var page = new EventPage(new EventPage.Query(null, null, null, true, null, 10));
        page.take(record(0, 0, "web", 3), Json.object().put("second", 1), START.plusSeconds(1));
        page.take(record(0, 1, "db", 3), Json.object().put("second", 2), START.plusSeconds(2));
        page.take(record(0, 2, "web", 3), Json.object().put("second", 1), START.plusSeconds(1));
        assertThat(seconds(page)).containsExactly(1, 1, 2);
    }

    @Test
    void onlyEventsOfTheContainerAndTheTimeAreShown() {
        var query = new EventPage.Query(
                new ContainerName("web"), START.plusSeconds(2), START.plusSeconds(4), true, null, 10);
        var page = new EventPage(query);
        assertThat(page.admits(record(0, 0, "web", 1))).isTrue();
        assertThat(page.admits(record(0, 0, "db", 1))).isFalse();
        for (int second = 1; second <= 5; second++) {
            take(page, 0, second, second);
        }
        assertThat(seconds(page)).containsExactly(2, 3);
    }

    @Test
    void smallPageOfTheNewestIsTheEndOfALargeOne() {
        var large = new EventPage(new EventPage.Query(null, null, null, true, null, 10));
        var small = new EventPage(new EventPage.Query(null, null, null, true, null, 2));
        for (var page : List.of(large, small)) {
            page.take(record(0, 0, "web", 9), Json.object().put("second", 3), START.plusSeconds(3));
            page.take(record(0, 1, "db", 9), Json.object().put("second", 1), START.plusSeconds(1));
            page.take(record(0, 2, "web", 9), Json.object().put("second", 4), START.plusSeconds(4));
            page.take(record(0, 3, "db", 9), Json.object().put("second", 2), START.plusSeconds(2));
        }
        assertThat(seconds(large)).containsExactly(1, 2, 3, 4);
        assertThat(seconds(small)).containsExactly(3, 4);
    }

    @Test
    void pagesBackwardsTogetherHaveEveryEventOnceInOrder() {
        var seconds = new ArrayList<Integer>();
        EventPage.Before before = null;
        do {
            var page = new EventPage(new EventPage.Query(null, null, null, true, before, 2));
            offer(page, new int[][] {{1, 4, 6, 6}, {2, 3, 6, 7}}, read(0, 0));
            assertThat(page.items()).hasSize(2);
            seconds.addAll(0, seconds(page));
            before = page.previous()
                    .map(EventPage.Before::text)
                    .map(EventPage.Before::parse)
                    .orElse(null);
        } while (before != null);
        assertThat(seconds).containsExactly(1, 2, 3, 4, 6, 6, 6, 7);
    }

    @Test
    void previousThatIsSomethingElseIsRefused() {
        for (String text : List.of("", "x", "e30", "!")) {
            assertThatThrownBy(() -> EventPage.Before.parse(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static void offer(EventPage page, int[][] log, Offsets from) {
        for (int partition = 0; partition < log.length; partition++) {
            long first = from.next().get(TOPIC).get(partition);
            for (int offset = (int) first; offset < log[partition].length; offset++) {
                take(page, partition, offset, log[partition][offset]);
            }
        }
    }

    private static void take(EventPage page, int partition, long offset, int at) {
        take(page, partition, offset, at, at);
    }

    private static void take(EventPage page, int partition, long offset, int at, int written) {
        String key = partition == 0 ? "web" : "db"; // the events of a container lie in one partition
        page.take(record(partition, offset, key, written), Json.object().put("second", at), START.plusSeconds(at));
    }

    private static List<Integer> seconds(EventPage page) {
        return page.items().stream().map(item -> item.path("second").asInt()).toList();
    }

    private static Offsets read(long one, long two) {
        return new Offsets(new TreeMap<>(Map.of(TOPIC, List.of(one, two))));
    }

    private static BusRecord record(int partition, long offset, String key, int written) {
        return new BusRecord(new ConsumerRecord<>(
                TOPIC,
                partition,
                offset,
                START.plusSeconds(written).toEpochMilli(),
                TimestampType.LOG_APPEND_TIME,
                0,
                0,
                key.getBytes(StandardCharsets.UTF_8),
                new byte[0],
                new RecordHeaders(),
                Optional.empty()));
    }
}
