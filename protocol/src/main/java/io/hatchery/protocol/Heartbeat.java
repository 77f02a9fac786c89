package io.hatchery.protocol;

import io.hatchery.spec.HostName;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A host's status as it lies on the broker. Liveness is counted from the broker's clock, since the clocks of hosts differ and jump.
 *
 * @param status the content of the heartbeat
 * @param appended when the broker appended the record
 */
public record Heartbeat(HostStatus status, Instant appended) {
    /** How far the host's clock may be from the broker's, either way. */
    public static final Duration MAX_SKEW = Duration.ofMinutes(1);

    /** The shortest interval between heartbeats, in seconds. */
    public static final int MIN_INTERVAL = 1;

    /** The longest interval between heartbeats, in seconds: a longer one would keep a host that is gone alive for hours. */
    public static final int MAX_INTERVAL = 300;

    private static final int MISSED = 3;

    /**
     * Why a heartbeat is not accepted; empty if it is.
     *
     * @param key the host that its record is keyed by
     */
    public static Optional<String> refusal(HostName key, HostStatus status, Instant appended) {
        if (!status.host().equals(key)) {
            return Optional.of(
                    "it names host " + status.host() + ", but its key is " + key + ": use the host's name as the key");
        }
        if (status.state() == HostStatus.Availability.LOST) {
            return Optional.of("state is lost, which only a gateway reports: write ready or away");
        }
        if (status.interval() < MIN_INTERVAL || status.interval() > MAX_INTERVAL) {
            return Optional.of("interval is " + status.interval() + ": set runner.heartbeat to " + MIN_INTERVAL
                    + "s to " + MAX_INTERVAL + "s");
        }
        boolean isAhead = status.at().isAfter(appended.plus(MAX_SKEW));
        if (isAhead || status.at().isBefore(appended.minus(MAX_SKEW))) {
            return Optional.of("it is dated " + status.at() + ", and the broker appended it at " + appended
                    + ", more than " + MAX_SKEW.toSeconds() + " s " + (isAhead ? "earlier" : "later")
                    + ": synchronize the clocks of host " + key + " and the broker");
        }
        return Optional.empty();
    }

    /** Whether the host is alive at a time: its runner runs, and there was a heartbeat in the last three intervals. */
    public boolean isAlive(Instant now) {
        return status.state() == HostStatus.Availability.READY
                && now.isBefore(appended.plusSeconds((long) status.interval() * MISSED));
    }
}
