package io.hatchery.runner.simulation;

import io.hatchery.protocol.Exit;
import io.hatchery.spec.ContainerSpec;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The truth about one run of a container: its folder, its supervisor, its nspawn and its init. Times are the world's; -1 is never. */
final class Run {
    static final long NEVER = -1;

    final SimulatedHost host;
    final ContainerSpec spec;
    final long number;
    final long askedAt;
    boolean beginsLate;
    boolean claimed;
    boolean alive;
    long spawnedAt = NEVER;

    @Nullable
    Long leader;

    long readyAt = NEVER;

    @Nullable
    Integer status;

    long endedAt = NEVER;

    @Nullable
    Instant endedByTheClock;

    long signalledAt = NEVER;
    long signalTriedAt = NEVER;
    long terminatedAt = NEVER;
    long killedAt = NEVER;
    /** What its spec was when it was signalled, or tried to be. */
    ContainerSpec signalledBy;

    /** Its processes; null if it has not had any. */
    @Nullable
    SimulatedSupervisor supervisor;

    boolean supervisorKilled;
    boolean leaderHidden;
    boolean hangsAtStart;
    boolean readinessLost;
    boolean hangsAtStop;
    boolean ignoresTerm;

    Run(SimulatedHost host, ContainerSpec spec, long number, long askedAt) {
        this.host = host;
        this.spec = spec;
        this.signalledBy = spec;
        this.number = number;
        this.askedAt = askedAt;
    }

    boolean isReady() {
        return readyAt != NEVER;
    }

    /** How it is known to have ended: it is unknown if the supervisor was killed. Null if it has not ended. */
    @Nullable
    Integer knownStatus() {
        return supervisorKilled ? Integer.valueOf(Exit.UNKNOWN) : status;
    }

    /** Whether that is what can be known of its end. */
    boolean endedWith(Exit exit) {
        return Integer.valueOf(exit.status()).equals(knownStatus())
                && (supervisorKilled || exit.at().equals(endedByTheClock));
    }

    /** Whether processes of it were there at that time. */
    boolean livedAt(long time) {
        return spawnedAt != NEVER && spawnedAt <= time && (endedAt == NEVER || endedAt > time);
    }

    @Override
    public String toString() {
        return spec.name() + " run " + number + " of " + host.name()
                + (spawnedAt == NEVER ? " unspawned" : " spawned " + spawnedAt / 1e6)
                + (isReady() ? " ready " + readyAt / 1e6 : "")
                + (signalledAt == NEVER ? "" : " signalled " + signalledAt / 1e6)
                + (terminatedAt == NEVER ? "" : " terminated " + terminatedAt / 1e6)
                + (killedAt == NEVER ? "" : " killed " + killedAt / 1e6)
                + (status == null ? "" : " ended " + endedAt / 1e6 + " with " + status);
    }
}
