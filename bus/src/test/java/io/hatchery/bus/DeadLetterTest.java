package io.hatchery.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class DeadLetterTest {
    private static BusRecord record(byte[] value, int headerBytes) {
        var headers = new RecordHeaders();
        headers.add("h", new byte[headerBytes]);
        return new BusRecord(new ConsumerRecord<>(
                "t", 1, 7, 0L, TimestampType.CREATE_TIME, 1, 1, new byte[] {'k'}, value, headers, Optional.empty()));
    }

    private static Optional<String> header(ProducerRecord<byte[], byte[]> letter, String name) {
        return Optional.ofNullable(letter.headers().lastHeader(name))
                .map(header -> new String(header.value(), StandardCharsets.UTF_8));
    }

    @Test
    void bytesOfAnOrdinaryRecordAreUntouched() {
        var letter = DeadLetter.of(record(new byte[] {1, 2, 3}, 10), "reader", "why");
        assertThat(letter.value()).containsExactly(1, 2, 3);
        assertThat(letter.headers().lastHeader("h").value()).hasSize(10);
        assertThat(header(letter, Headers.ORIGIN)).contains("t/1/7");
        assertThat(header(letter, Headers.READER)).contains("reader");
        assertThat(header(letter, Headers.REASON)).contains("why");
        assertThat(header(letter, Headers.ORIGINAL_SIZE)).isEmpty();
    }

    @Test
    void oversizedRecordIsCutAndItsSizeIsGiven() {
        var letter = DeadLetter.of(record(new byte[50 << 20], 1 << 20), "reader", "r".repeat(100_000));
        assertThat(letter.value()).hasSize(DeadLetter.MAX_VALUE);
        assertThat(letter.headers().lastHeader("h")).isNull();
        assertThat(header(letter, Headers.ORIGINAL_SIZE)).contains(Integer.toString(1 + (50 << 20) + 1 + (1 << 20)));
        assertThat(header(letter, Headers.REASON).orElse("")).hasSize(DeadLetter.MAX_REASON + 1);
    }

    @Test
    void recordIsReportedOncePerReader() {
        var mine = new ReportedRecords("reader");
        var letter = DeadLetter.of(record(new byte[] {1}, 1), "reader", "why");
        var viewed = new BusRecord(new ConsumerRecord<>(
                letter.topic(),
                0,
                0,
                0L,
                TimestampType.CREATE_TIME,
                1,
                1,
                letter.key(),
                letter.value(),
                letter.headers(),
                Optional.empty()));
        mine.view(viewed);
        assertThat(mine.add(new Position("t", 1, 7))).isFalse();
        assertThat(mine.add(new Position("t", 1, 8))).isTrue();
        assertThat(mine.add(new Position("t", 1, 8))).isFalse();
        var other = new ReportedRecords("other reader");
        other.view(viewed);
        assertThat(other.add(new Position("t", 1, 7))).isTrue();
    }
}
