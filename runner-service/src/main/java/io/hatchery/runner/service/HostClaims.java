package io.hatchery.runner.service;

import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.HostOwner;
import io.hatchery.protocol.HostStatus;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.UnreadableException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which runner holds a host's name, folded from the records of the hosts' topic in their order. No host's clock counts, only the
 * broker's: a clock that is wrong neither takes a name away nor keeps one.
 *
 * @param host whose name
 * @param holder the last heartbeat of the runner that holds the name; null if none does
 * @param brokerTime a time that has passed on the broker, when it appended a heartbeat of some host
 */
record HostClaims(HostName host, @Nullable Heartbeat holder, Instant brokerTime) {
    /** A claim that is further ahead is malformed: accepting it would use up the epochs. */
    static final long MAX_EPOCH_STEP = 1_000_000;

    /** The highest epoch that is accepted where none is known, far from an overflow. */
    static final long MAX_FIRST_EPOCH = Long.MAX_VALUE / 2;

    static final int MISSED = 3;

    /** Before any record. */
    static HostClaims none(HostName host) {
        return new HostClaims(host, null, Instant.EPOCH);
    }

    /** After one more record of the hosts' topic. Whatever is no heartbeat of this host, or no valid one, claims nothing. */
    HostClaims after(BusRecord record) {
        Instant time = record.timestamp().isAfter(brokerTime) ? record.timestamp() : brokerTime;
        // A runner cannot check the control plane's deletions either. It publishes its heartbeat again in any case.
        if (!record.key().equals(host.value()) || record.inauthenticity().isPresent()) {
            return new HostClaims(host, holder, time);
        }
        if (record.isDeletion()) {
            return new HostClaims(host, null, time);
        }
        HostStatus status = read(record);
        return new HostClaims(
                host, status != null && isAccepted(status) ? new Heartbeat(status, record.timestamp()) : holder, time);
    }

    private static @Nullable HostStatus read(BusRecord record) {
        try {
            return record.value(HostStatus.class);
        } catch (UnreadableException e) {
            return null; // config-service sends it to the dead letters
        }
    }

    private boolean isAccepted(HostStatus status) {
        if (!status.host().equals(host)
                || status.interval() < Heartbeat.MIN_INTERVAL
                || status.interval() > Heartbeat.MAX_INTERVAL) {
            return false;
        }
        long epoch = epochOf(status);
        if (holder == null) {
            return epoch <= MAX_FIRST_EPOCH;
        }
        long step = epoch - epochOf(holder.status());
        boolean isSameRunner = runnerOf(status).equals(runnerOf(holder.status()));
        return step <= MAX_EPOCH_STEP && (isSameRunner ? step >= 0 : step > 0);
    }

    /** 0 for a heartbeat that claims nothing, such as one of another program; it holds a name that nobody claims. */
    static long epochOf(HostStatus status) {
        HostOwner owner = status.owner();
        return owner == null ? 0 : owner.epoch();
    }

    private static String runnerOf(HostStatus status) {
        HostOwner owner = status.owner();
        return owner == null ? "" : owner.runner();
    }

    /** Whether that runner holds the name. */
    boolean isHeldBy(String runner) {
        return holder != null && runnerOf(holder.status()).equals(runner);
    }

    /** The epoch of a claim that takes the name over. */
    long nextEpoch() {
        return holder == null ? 1 : epochOf(holder.status()) + 1;
    }

    /**
     * Whether the name may be claimed at once: nobody holds it, its holder has ended in good order, was the last user of this
     * runner's own folder, or is known to have missed its heartbeats.
     *
     * @param folder identifies the claimant's runtime folder
     */
    boolean isFree(String folder) {
        if (holder == null || holder.status().state() == HostStatus.Availability.AWAY) {
            return true;
        }
        HostOwner owner = holder.status().owner();
        boolean isPredecessor = owner != null && owner.folder().equals(folder);
        Instant lost = holder.appended().plusSeconds((long) holder.status().interval() * MISSED);
        return isPredecessor || !brokerTime.isBefore(lost);
    }
}
