package io.hatchery.runner.simulation;

import io.hatchery.runner.driver.Driver;
import io.hatchery.runner.driver.ForwardingDriver;
import io.hatchery.runner.lifecycle.Observation;
import io.hatchery.runner.lifecycle.Removal;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.vertx.core.Future;
import java.util.function.Supplier;

/** The production driver, whose orders are noted down; perhaps with a bug put in on purpose. */
final class ObservedDriver extends ForwardingDriver {
    private static final long LATE = 800_000;

    private final World world;
    private final SimulatedHost host;
    private final World.Actor process;
    private final Mutation mutation;

    ObservedDriver(Driver driver, World world, SimulatedHost host, World.Actor process, Mutation mutation) {
        super(driver);
        this.world = world;
        this.host = host;
        this.process = process;
        this.mutation = mutation;
    }

    private Future<Void> may(Supplier<Future<Void>> work) {
        if (mutation == Mutation.TOLD_BEFORE_DONE && world.random.nextBoolean()) {
            world.after(world.between(0, LATE), process, "", () -> {
                Future<Void> _ = work.get();
            });
            return Future.succeededFuture();
        }
        return work.get();
    }

    @Override
    public Future<Void> prepare(ContainerSpec spec) {
        return may(() -> super.prepare(spec));
    }

    @Override
    public Future<Void> spawn(ContainerSpec spec, long run) {
        return may(() -> super.spawn(spec, run));
    }

    @Override
    public Future<Observation> observe(ContainerName container, long run) {
        Run living = host.living(container);
        if (mutation == Mutation.SIGNALLED_AGAIN && living != null && living.signalledAt != Run.NEVER) {
            return super.signalLeader(living.spec, run).compose(again -> super.observe(container, run));
        }
        return super.observe(container, run);
    }

    @Override
    public Future<Void> signalLeader(ContainerSpec spec, long run) {
        host.startEnds(spec.name(), run);
        Run living = host.living(spec.name());
        if (living != null && living.signalTriedAt == Run.NEVER) {
            living.signalledBy = spec;
        }
        return may(() -> super.signalLeader(spec, run));
    }

    @Override
    public Future<Void> terminateSupervisor(ContainerName container, long run) {
        host.startEnds(container, run);
        return may(() -> super.terminateSupervisor(container, run));
    }

    @Override
    public Future<Void> kill(ContainerName container, long run) {
        host.startEnds(container, run);
        return may(() -> super.kill(container, run));
    }

    @Override
    public Future<Void> cleanUp(ContainerName container, long run) {
        host.startEnds(container, run);
        return may(() -> super.cleanUp(container, run));
    }

    @Override
    public Future<Void> remove(ContainerName container, Removal removal) {
        boolean purges = removal.purge() && mutation != Mutation.ROOT_NOT_PURGED;
        return may(() -> super.remove(container, new Removal(removal.root(), purges)));
    }
}
