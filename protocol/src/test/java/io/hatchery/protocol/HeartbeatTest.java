package io.hatchery.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.spec.HostName;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
    private static final Instant APPENDED = Instant.parse("2026-01-01T00:00:00Z");
    private static final HostName H1 = new HostName("h1");

    private static HostStatus status(HostStatus.Availability state, Instant at, int interval) {
        return HostStatusBuilder.builder()
                .host(H1)
                .state(state)
                .machineId("machine")
                .bootId("boot")
                .runtime("/run/hatchery")
                .pid(1)
                .version("1")
                .driver("systemd")
                .cgroups("v2")
                .labels(new TreeMap<>())
                .cpus(1)
                .memory(1)
                .containers(0)
                .started(at)
                .at(at)
                .interval(interval)
                .build();
    }

    private static HostStatus at(Duration skew) {
        return status(HostStatus.Availability.READY, APPENDED.plus(skew), 5);
    }

    @Test
    void heartbeatIsAcceptedUpToOneMinuteFromTheBrokersClock() {
        assertThat(Heartbeat.refusal(H1, at(Duration.ofMinutes(1)), APPENDED)).isEmpty();
        assertThat(Heartbeat.refusal(H1, at(Duration.ofMinutes(-1)), APPENDED)).isEmpty();
        assertThat(Heartbeat.refusal(H1, at(Duration.ofMillis(60_001)), APPENDED))
                .hasValueSatisfying(reason -> assertThat(reason).contains("60 s earlier", "synchronize the clocks"));
        assertThat(Heartbeat.refusal(H1, at(Duration.ofDays(-1)), APPENDED))
                .hasValueSatisfying(reason -> assertThat(reason).contains("60 s later"));
    }

    @Test
    void heartbeatWithStateLostIsRefused() {
        assertThat(Heartbeat.refusal(H1, status(HostStatus.Availability.LOST, APPENDED, 5), APPENDED))
                .hasValueSatisfying(reason -> assertThat(reason).contains("lost", "ready or away"));
    }

    @Test
    void heartbeatOfTheExtremesOfTimeIsRefused() {
        assertThat(Heartbeat.refusal(H1, status(HostStatus.Availability.READY, Instant.MAX, 5), APPENDED))
                .isPresent();
        assertThat(Heartbeat.refusal(H1, status(HostStatus.Availability.READY, Instant.MIN, 5), APPENDED))
                .isPresent();
    }

    @Test
    void heartbeatWithAnotherHostsKeyIsRefused() {
        assertThat(Heartbeat.refusal(new HostName("h2"), at(Duration.ZERO), APPENDED))
                .hasValueSatisfying(reason -> assertThat(reason).contains("names host h1", "key is h2"));
    }

    @Test
    void intervalIsBounded() {
        for (int interval : new int[] {1, 300}) {
            assertThat(Heartbeat.refusal(H1, status(HostStatus.Availability.READY, APPENDED, interval), APPENDED))
                    .isEmpty();
        }
        for (int interval : new int[] {-5, 0, 301, Integer.MAX_VALUE}) {
            assertThat(Heartbeat.refusal(H1, status(HostStatus.Availability.READY, APPENDED, interval), APPENDED))
                    .hasValueSatisfying(reason -> assertThat(reason).contains("interval is " + interval));
        }
    }

    @Test
    void hostIsAliveForThreeIntervalsOfTheBrokersClock() {
        var heartbeat = new Heartbeat(at(Duration.ofSeconds(50)), APPENDED);
        assertThat(heartbeat.isAlive(APPENDED.plusMillis(14_999))).isTrue();
        assertThat(heartbeat.isAlive(APPENDED.plusSeconds(15))).isFalse();
        assertThat(new Heartbeat(status(HostStatus.Availability.AWAY, APPENDED, 5), APPENDED).isAlive(APPENDED))
                .isFalse();
    }
}
