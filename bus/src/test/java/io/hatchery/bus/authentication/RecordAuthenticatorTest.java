package io.hatchery.bus.authentication;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Message;
import io.hatchery.bus.authentication.RecordAuthenticator.CommandCheck;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.access.Principal;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Records are authentic exactly if nothing of them was changed since a host or the control plane signed them for that purpose. */
class RecordAuthenticatorTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final HostName H1 = new HostName("h1");
    private static final HostName H2 = new HostName("h2");
    private static final String SPECS = Topics.specs(H1).name();
    private static final String COMMANDS = Topics.commands(H1).name();
    private static final FleetKeys FLEET = FleetKeys.random();

    private final RecordAuthenticator gateway = of(FLEET, new Principal.GatewayUser("1"));
    private final RecordAuthenticator config = of(FLEET, new Principal.ConfigServiceUser("1"));
    private final RecordAuthenticator runner = of(FLEET, new Principal.RunnerUser(H1));
    private final RecordAuthenticator other = of(FLEET, new Principal.RunnerUser(H2));

    private static RecordAuthenticator of(FleetKeys keys, Principal principal) {
        return of(keys, principal, CommandCheck.WHERE_SIGNED);
    }

    private static RecordAuthenticator of(FleetKeys keys, Principal principal, CommandCheck commands) {
        RecordKeys own = RecordKeys.of(keys.of(principal));
        return new RecordAuthenticator(() -> own, commands, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private static ProducerRecord<byte[], byte[]> record(String topic) {
        return Message.of(topic, "web", Map.of("a", 1), "id-1", "/test", NOW).toRecord(4);
    }

    private static ProducerRecord<byte[], byte[]> signed(RecordAuthenticator by, String topic) {
        var record = record(topic);
        by.sign(record);
        return record;
    }

    private static ConsumerRecord<byte[], byte[]> read(ProducerRecord<byte[], byte[]> record, Instant appended) {
        return new ConsumerRecord<>(
                record.topic(),
                0,
                7,
                appended.toEpochMilli(),
                TimestampType.LOG_APPEND_TIME,
                0,
                0,
                record.key(),
                record.value(),
                record.headers(),
                Optional.empty());
    }

    private static Optional<String> refusal(RecordAuthenticator by, ProducerRecord<byte[], byte[]> record) {
        return by.refusal(read(record, NOW));
    }

    @Test
    void signedRecordsAreAuthenticToTheirReaders() {
        assertThat(refusal(runner, signed(config, SPECS))).isEmpty();
        assertThat(refusal(runner, signed(gateway, COMMANDS))).isEmpty();
        assertThat(refusal(gateway, signed(runner, Topics.STATUS.name()))).isEmpty();
        assertThat(refusal(config, signed(other, Topics.HOSTS.name()))).isEmpty();
        assertThat(refusal(gateway, signed(config, Topics.EVENTS.name()))).isEmpty();
    }

    @Test
    void tombstonesAreSignedToo() {
        var tombstone = Message.of(SPECS, "web", null, "id-1", "/test", NOW)
                .with(Headers.PURGE, "true")
                .toRecord(4);
        assertThat(refusal(runner, tombstone))
                .hasValueSatisfying(why -> assertThat(why)
                        .contains("it has no header " + Headers.MAC)
                        .contains("hatchery acls --apply"));
        config.sign(tombstone);
        assertThat(refusal(runner, tombstone)).isEmpty();
    }

    private static Stream<Arguments> forgeries() {
        return Stream.of(
                forgery("value", record -> record.value()[0]++),
                forgery("key", record -> record.key()[0]++),
                forgery("changed header", record -> replace(record, Headers.ID, "id-2")),
                forgery("removed header", record -> record.headers().remove(Headers.SOURCE)),
                forgery("added header", record -> record.headers().add(Headers.PURGE, bytes("true"))),
                forgery("duplicate header", record -> record.headers().add(Headers.ID, bytes("id-1"))),
                forgery(
                        "duplicate code",
                        record -> record.headers()
                                .add(
                                        Headers.MAC,
                                        record.headers().lastHeader(Headers.MAC).value())),
                forgery("no code", record -> record.headers().remove(Headers.MAC)),
                forgery("empty code", record -> replace(record, Headers.MAC, "")),
                forgery("short code", record -> replace(record, Headers.MAC, "1:AAAA")),
                forgery("unknown key", record -> replace(record, Headers.MAC, "9:" + "A".repeat(43))),
                forgery(
                        "later time",
                        record -> replace(
                                record, Headers.SIGNED_AT, NOW.plusSeconds(1).toString())));
    }

    private static Arguments forgery(String name, Consumer<ProducerRecord<byte[], byte[]>> change) {
        return Arguments.of(Named.of(name, change));
    }

    private static void replace(ProducerRecord<byte[], byte[]> record, String header, String value) {
        record.headers().remove(header).add(header, bytes(value));
    }

    @ParameterizedTest
    @MethodSource("forgeries")
    void changedRecordIsNotAuthentic(Consumer<ProducerRecord<byte[], byte[]>> change) {
        var spec = signed(config, SPECS);
        change.accept(spec);
        assertThat(refusal(runner, spec)).isPresent();
        var report = signed(runner, Topics.STATUS.name());
        change.accept(report);
        assertThat(refusal(gateway, report)).isPresent();
    }

    @Test
    void headersOfOthersAreNotCovered() {
        var record = signed(config, SPECS);
        record.headers().add("traceparent", bytes("00-1"));
        assertThat(refusal(runner, record)).isEmpty();
    }

    @Test
    void specOfOneHostIsNotAuthenticOnAnother() {
        var record = signed(config, SPECS);
        var moved = new ProducerRecord<>(
                Topics.specs(H2).name(), null, null, record.key(), record.value(), record.headers());
        assertThat(refusal(other, moved)).isPresent();
    }

    @Test
    void reportIsNotAuthenticInTheNameOfAnotherHost() {
        var record = signed(other, Topics.STATUS.name());
        record.headers().remove(Headers.SIGNER);
        record.headers().add(Headers.SIGNER, bytes("h1"));
        assertThat(refusal(gateway, record)).isPresent();
    }

    @Test
    void reportAboutAnotherHostIsRefused() {
        var record = new BusRecord(read(signed(other, Topics.STATUS.name()), NOW), gateway);
        assertThat(record.inauthenticity()).isEmpty();
        Assertions.assertThatExceptionOfType(UnreadableException.class)
                .isThrownBy(() -> record.requireSignedFor(H1))
                .withMessageContaining("host h2 signed it, and it is about host h1");
        Assertions.assertThatNoException().isThrownBy(() -> record.requireSignedFor(H2));
        Assertions.assertThatExceptionOfType(UnreadableException.class)
                .isThrownBy(() -> record.requireSignedFor(null))
                .withMessageContaining("control plane");
    }

    @Test
    void runnerHasNoKeyOfAnotherHostNorOfTheControlPlane() {
        assertThat(refusal(runner, signed(other, Topics.EVENTS.name()))).isPresent();
        assertThat(refusal(runner, signed(config, Topics.EVENTS.name()))).isPresent();
        assertThat(refusal(runner, signed(runner, Topics.EVENTS.name()))).isEmpty();
    }

    @Test
    void gatewayCannotSignSpecs() {
        var record = signed(gateway, SPECS);
        assertThat(record.headers().lastHeader(Headers.MAC)).isNull();
    }

    @Test
    void recordThatIsWrittenAgainLaterIsRefused() {
        var record = signed(runner, Topics.STATUS.name());
        assertThat(gateway.refusal(read(record, NOW.plus(RecordAuthenticator.MAX_DELAY))))
                .isEmpty();
        assertThat(gateway.refusal(
                        read(record, NOW.plus(RecordAuthenticator.MAX_DELAY).plus(Duration.ofSeconds(1)))))
                .hasValueSatisfying(why ->
                        assertThat(why).contains("more than 10 minutes apart").contains("timedatectl"));
    }

    @Test
    void commandWithoutCodeIsExecutedUnlessCodesAreRequired() {
        var record = record(COMMANDS);
        assertThat(refusal(runner, record)).isEmpty();
        var strict = of(FLEET, new Principal.RunnerUser(H1), CommandCheck.REQUIRED);
        assertThat(refusal(strict, record)).isPresent();
        gateway.sign(record);
        assertThat(refusal(strict, record)).isEmpty();
        record.value()[0]++;
        assertThat(refusal(runner, record)).isPresent();
    }

    @Test
    void signingAgainReplacesTheCode() {
        var record = signed(config, SPECS);
        config.sign(record);
        assertThat(record.headers().headers(Headers.MAC)).hasSize(1);
        assertThat(refusal(runner, record)).isEmpty();
    }

    @Test
    void keysAreReplacedInTwoSteps() {
        FleetKeys next = FLEET.withNext();
        FleetKeys used = next.withNewestCurrent();
        assertThat(next.current()).isEqualTo("1");
        assertThat(used.current()).isEqualTo("2");
        // Readers know the next key before writers use it, and the former one after they do.
        assertThat(refusal(
                        of(next, new Principal.RunnerUser(H1)),
                        signed(of(used, new Principal.ConfigServiceUser("1")), SPECS)))
                .isEmpty();
        assertThat(refusal(of(used, new Principal.RunnerUser(H1)), signed(config, SPECS)))
                .isEmpty();
        assertThat(refusal(runner, signed(of(used, new Principal.ConfigServiceUser("1")), SPECS)))
                .hasValueSatisfying(why -> assertThat(why).contains("no key with the id 2"));
        FleetKeys later = used.withNext();
        assertThat(later.byId()).containsOnlyKeys("2", "3");
    }

    @Test
    void processWithoutKeysChecksNothing() {
        var record = record(SPECS);
        RecordAuthenticator.NONE.sign(record);
        assertThat(record.headers().lastHeader(Headers.MAC)).isNull();
        assertThat(refusal(RecordAuthenticator.NONE, record)).isEmpty();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
