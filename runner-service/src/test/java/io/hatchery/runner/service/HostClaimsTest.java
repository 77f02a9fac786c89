package io.hatchery.runner.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.HostOwner;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.HostStatusBuilder;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HostClaimsTest {
    private static final HostName HOST = new HostName("h1");
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final int INTERVAL = 5;

    private static HostClaims after(HostClaims claims, HostName key, @Nullable HostStatus status, Instant appended) {
        return after(claims, key, status == null ? null : Json.bytes(status), appended);
    }

    private static HostClaims after(HostClaims claims, HostName key, byte @Nullable [] value, Instant appended) {
        byte[] keyBytes = key.value().getBytes(StandardCharsets.UTF_8);
        return claims.after(new BusRecord(new ConsumerRecord<>(
                "hatchery.hosts",
                0,
                0,
                appended.toEpochMilli(),
                TimestampType.LOG_APPEND_TIME,
                keyBytes.length,
                0,
                keyBytes,
                value,
                new RecordHeaders(),
                Optional.empty())));
    }

    private static HostClaims after(HostClaims claims, @Nullable HostStatus status) {
        return after(claims, HOST, status, NOW);
    }

    private static HostStatus heartbeat(
            HostStatus.Availability state, Instant at, int interval, @Nullable HostOwner owner) {
        return HostStatusBuilder.builder()
                .host(HOST)
                .state(state)
                .machineId("machine")
                .bootId("boot")
                .runtime("/run/hatchery")
                .pid(1)
                .version("1")
                .driver("direct")
                .cgroups("v2")
                .labels(new TreeMap<>())
                .cpus(1)
                .memory(1)
                .containers(0)
                .started(NOW)
                .at(at)
                .interval(interval)
                .owner(owner)
                .build();
    }

    private static HostStatus claim(long epoch, String runner) {
        return heartbeat(
                HostStatus.Availability.READY, NOW, INTERVAL, new HostOwner(epoch, runner, runner + "-folder"));
    }

    private static HostClaims heldByOne() {
        return after(HostClaims.none(HOST), claim(7, "one"));
    }

    @Test
    void firstClaimHoldsTheName() {
        assertThat(HostClaims.none(HOST).nextEpoch()).isEqualTo(1);
        assertThat(HostClaims.none(HOST).isFree("any")).isTrue();
        assertThat(heldByOne().isHeldBy("one")).isTrue();
        assertThat(heldByOne().isFree("other-folder")).isFalse();
        assertThat(heldByOne().nextEpoch()).isEqualTo(8);
    }

    @Test
    void higherEpochWinsAndTheFirstOfTwoEqualOnes() {
        assertThat(after(heldByOne(), claim(8, "two")).isHeldBy("two")).isTrue();
        assertThat(after(heldByOne(), claim(7, "two")).isHeldBy("one")).isTrue();
        assertThat(after(heldByOne(), claim(6, "two")).isHeldBy("one")).isTrue();
    }

    @Test
    void heartbeatThatClaimsNothingTakesNoNameAway() {
        HostStatus foreign = heartbeat(HostStatus.Availability.READY, NOW, INTERVAL, null);
        assertThat(after(heldByOne(), foreign).isHeldBy("one")).isTrue();
        HostClaims foreignOnly = after(HostClaims.none(HOST), foreign);
        assertThat(foreignOnly.isFree("any")).isFalse();
        assertThat(after(foreignOnly, claim(1, "one")).isHeldBy("one")).isTrue();
    }

    @Test
    void epochThatIsTooFarAheadIsMalformed() {
        long most = 7 + HostClaims.MAX_EPOCH_STEP;
        assertThat(after(heldByOne(), claim(most, "two")).isHeldBy("two")).isTrue();
        assertThat(after(heldByOne(), claim(most + 1, "two")).isHeldBy("one")).isTrue();
        assertThat(after(HostClaims.none(HOST), claim(Long.MAX_VALUE, "two")).holder())
                .isNull();
    }

    @Test
    void epochOfOneRunnerNeverFalls() {
        assertThat(after(after(heldByOne(), claim(9, "one")), claim(8, "one")).nextEpoch())
                .isEqualTo(10);
    }

    @Test
    void heartbeatDatedAYearAheadKeepsTheNameForThreeIntervalsOfTheBrokersClock() {
        HostStatus ahead = heartbeat(
                HostStatus.Availability.READY,
                NOW.plus(Duration.ofDays(365)),
                INTERVAL,
                new HostOwner(1, "one", "folder"));
        HostClaims claims = after(HostClaims.none(HOST), ahead);
        HostName other = new HostName("other");
        assertThat(after(claims, other, (HostStatus) null, NOW.plusSeconds(3 * INTERVAL - 1))
                        .isFree("any"))
                .isFalse();
        assertThat(after(claims, other, (HostStatus) null, NOW.plusSeconds(3 * INTERVAL))
                        .isFree("any"))
                .isTrue();
    }

    @Test
    void intervalOutOfBoundsClaimsNothing() {
        var owner = new HostOwner(8, "two", "folder");
        assertThat(after(heldByOne(), heartbeat(HostStatus.Availability.READY, NOW, 301, owner))
                        .isHeldBy("two"))
                .isFalse();
        assertThat(after(heldByOne(), heartbeat(HostStatus.Availability.READY, NOW, 0, owner))
                        .isHeldBy("two"))
                .isFalse();
    }

    @Test
    void heartbeatThatCannotBeReadClaimsNothing() {
        String epochZero = Json.text(claim(8, "two")).replace("8", "0");
        for (String text : List.of("", "null", "[]", "{\"host\":\"h1\"}", epochZero)) {
            HostClaims claims = after(heldByOne(), HOST, text.getBytes(StandardCharsets.UTF_8), NOW);
            assertThat(claims.isHeldBy("one")).as(text).isTrue();
        }
    }

    @Test
    void nameIsFreeAfterAnEndInGoodOrderADeletionAndForTheNextUserOfTheFolder() {
        HostStatus away = heartbeat(HostStatus.Availability.AWAY, NOW, INTERVAL, new HostOwner(7, "one", "one-folder"));
        assertThat(after(heldByOne(), away).isFree("any")).isTrue();
        assertThat(after(heldByOne(), away).nextEpoch()).isEqualTo(8);
        assertThat(after(heldByOne(), null).isFree("any")).isTrue();
        assertThat(heldByOne().isFree("one-folder")).isTrue();
    }
}
