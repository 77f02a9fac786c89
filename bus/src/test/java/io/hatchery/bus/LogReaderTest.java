package io.hatchery.bus;

import static io.hatchery.bus.PublishingToBroker.done;
import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogReaderTest {
    private static final int RECORDS = 25;
    private static final Topic TOPIC = Topics.commands(new HostName("read"));

    @TempDir
    static Path data;

    private static PublishingToBroker fixture;
    private static LogReader reader;

    @BeforeAll
    static void start() throws Exception {
        fixture = new PublishingToBroker(data);
        fixture.create(TOPIC);
        reader = new LogReader(fixture.vertx, fixture.broker.config());
        for (int i = 0; i < RECORDS; i++) {
            done(fixture.publisher.publish(
                    Message.of(TOPIC.name(), "web", Map.of("n", i), null, "test", Instant.now())));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        fixture.close();
    }

    private static Offsets at(long offset) {
        return new Offsets(new TreeMap<>(Map.of(TOPIC.name(), List.of(offset))));
    }

    @Test
    void readThatStopsCompletesWithTheOffsetsToContinueFrom() throws Exception {
        var offsets = new ArrayList<Long>();
        var pages = new ArrayList<Offsets>();
        for (Offsets from = at(0); !from.equals(at(RECORDS)); from = pages.getLast()) {
            int before = offsets.size();
            pages.add(done(reader.read(from, at(RECORDS), record -> {
                offsets.add(record.offset());
                return offsets.size() - before < 10;
            })));
        }
        assertThat(pages).containsExactly(at(10), at(20), at(RECORDS));
        assertThat(offsets)
                .containsExactlyElementsOf(
                        IntStream.range(0, RECORDS).mapToObj(i -> (long) i).toList());
    }

    @Test
    void readOfNothingCompletesWithTheEnd() throws Exception {
        assertThat(done(reader.read(at(RECORDS), at(RECORDS), record -> false))).isEqualTo(at(RECORDS));
    }
}
