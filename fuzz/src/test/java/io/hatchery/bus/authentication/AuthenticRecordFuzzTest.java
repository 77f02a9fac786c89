package io.hatchery.bus.authentication;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.access.Principal;
import io.hatchery.spec.HostName;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** A record that nobody has signed is refused, whatever it has for a code. Files of keys are refused with a message, or read. */
class AuthenticRecordFuzzTest {
    private static final HostName HOST = new HostName("h1");
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final RecordKeys KEYS = RecordKeys.of(FleetKeys.random().of(new Principal.RunnerUser(HOST)));
    private static final RecordAuthenticator RUNNER = new RecordAuthenticator(
            () -> KEYS, RecordAuthenticator.CommandCheck.REQUIRED, Clock.fixed(NOW, ZoneOffset.UTC));
    private static final List<String> TOPICS =
            List.of(Topics.specs(HOST).name(), Topics.commands(HOST).name(), Topics.STATUS.name());
    private static final List<String> HEADERS =
            List.of(Headers.MAC, Headers.MAC, Headers.SIGNER, Headers.SIGNED_AT, Headers.ID, Headers.PURGE);
    private static final int MAX_HEADERS = 6;

    @FuzzTest(maxDuration = "3s")
    void record(FuzzedDataProvider input) throws IOException {
        String topic = input.pickValue(TOPICS);
        var headers = new RecordHeaders();
        for (int i = input.consumeInt(0, MAX_HEADERS); i > 0; i--) {
            String name = input.pickValue(HEADERS);
            String text = input.consumeBoolean() ? KEYS.current() + ":" : "";
            byte[] value = (text + input.consumeString(60)).getBytes(StandardCharsets.UTF_8);
            headers.add(name, input.consumeBoolean() ? null : value);
        }
        byte[] key = input.consumeBytes(20);
        String rest = input.consumeRemainingAsString();
        var record = new ConsumerRecord<>(
                topic,
                0,
                7L,
                NOW.toEpochMilli(),
                TimestampType.LOG_APPEND_TIME,
                key.length,
                rest.length(),
                key,
                rest.getBytes(StandardCharsets.UTF_8),
                headers,
                Optional.empty());
        if (RUNNER.checks(topic) && RUNNER.refusal(record).isEmpty()) {
            throw new AssertionError("a record is taken for authentic that nobody has signed: " + record);
        }
        keys(rest);
    }

    private static void keys(String text) throws IOException {
        var properties = new Properties();
        Map<String, String> values = new TreeMap<>();
        try {
            properties.load(new StringReader(text));
            properties.stringPropertyNames().forEach(name -> values.put(name, properties.getProperty(name)));
            RecordKeys _ = RecordKeys.of(values);
        } catch (IllegalArgumentException e) {
            // It is refused.
        }
    }
}
