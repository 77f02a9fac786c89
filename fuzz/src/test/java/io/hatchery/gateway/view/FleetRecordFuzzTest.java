package io.hatchery.gateway.view;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** A record with any key, headers and value is refused as unreadable, or read. */
class FleetRecordFuzzTest {
    private static final List<String> TOPICS = Stream.concat(
                    Topics.ofTheFleet().stream(), Topics.of(new HostName("h1")).stream())
            .map(Topic::name)
            .toList();
    private static final List<String> HEADERS = List.of(
            Headers.ID,
            Headers.TYPE,
            Headers.SOURCE,
            Headers.TIME,
            Headers.IF_MATCH,
            Headers.PURGE,
            Headers.OPERATION,
            Headers.GENERATION,
            Headers.REQUESTED_BY,
            Headers.REASON,
            Headers.ORIGIN,
            Headers.READER);

    private static final int MAX_HEADERS = 6;

    @FuzzTest(maxDuration = "4s")
    void record(FuzzedDataProvider input) {
        var headers = new RecordHeaders();
        String topic = input.pickValue(TOPICS);
        for (int i = input.consumeInt(0, MAX_HEADERS); i > 0; i--) {
            headers.add(
                    input.pickValue(HEADERS),
                    input.consumeBoolean() ? null : input.consumeString(60).getBytes(StandardCharsets.UTF_8));
        }
        byte[] key = input.consumeBoolean() ? null : input.consumeBytes(70);
        long timestamp = input.consumeLong();
        byte[] value = input.consumeBoolean() ? null : input.consumeRemainingAsBytes();
        var record = new BusRecord(new ConsumerRecord<>(
                topic,
                0,
                17,
                timestamp,
                TimestampType.LOG_APPEND_TIME,
                key == null ? -1 : key.length,
                value == null ? -1 : value.length,
                key,
                value,
                headers,
                Optional.empty()));
        try {
            Optional<StreamChange> _ = FleetRecord.read(record).change();
        } catch (UnreadableException e) {
            if (e.getMessage() == null) {
                throw new AssertionError("it is refused without a reason", e);
            }
        }
    }
}
