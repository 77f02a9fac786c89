package io.hatchery.runner.simulation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.Supplier;

/** The world's time as someone's clock shows it, rightly or not. */
final class SimulatedClock extends Clock {
    private static final long HOURS = Duration.ofHours(12).toMillis();

    private final World world;
    private final Supplier<Duration> offset;

    SimulatedClock(World world, Supplier<Duration> offset) {
        this.world = world;
        this.offset = offset;
    }

    /** How far a clock may be off from the beginning. */
    static Duration offset(World world) {
        return world.happens(Fault.CLOCK_IS_OFF)
                ? Duration.ofMillis(world.between(0, HOURS) * (world.random.nextBoolean() ? 1 : -1))
                : Duration.ZERO;
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
