package io.hatchery.runner.simulation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.Supplier;

/** The world's time as someone's clock shows it, rightly or not. */
final class SimulatedClock extends Clock {
    private final World world;
    private final Supplier<Duration> offset;

    SimulatedClock(World world, Supplier<Duration> offset) {
        this.world = world;
        this.offset = offset;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }

    @Override
    public Instant instant() {
        return world.instant().plus(offset.get());
    }
}
