package io.hatchery.runner.driver;

import io.hatchery.runner.lifecycle.Observation;
import io.hatchery.runner.lifecycle.Removal;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.vertx.core.Future;
import java.util.Optional;

/** Another driver, as it is. */
public abstract class ForwardingDriver implements Driver {
    private final Driver driver;

    /** Forwards everything. */
    protected ForwardingDriver(Driver driver) {
        this.driver = driver;
    }

    @Override
    public String name() {
        return driver.name();
    }

    @Override
    public Future<Void> define(ContainerSpec spec) {
        return driver.define(spec);
    }

    @Override
    public Future<Void> adopt(ContainerSpec spec, long run) {
        return driver.adopt(spec, run);
    }

    @Override
    public Future<Void> fetch(ContainerSpec spec) {
        return driver.fetch(spec);
    }

    @Override
    public Future<Void> prepare(ContainerSpec spec) {
        return driver.prepare(spec);
    }

    @Override
    public void abandon(ContainerName container) {
        driver.abandon(container);
    }

    @Override
    public Future<Void> spawn(ContainerSpec spec, long run) {
        return driver.spawn(spec, run);
    }

    @Override
    public Future<Optional<LastRun>> lastRun(ContainerName container) {
        return driver.lastRun(container);
    }

    @Override
    public Future<Observation> observe(ContainerName container, long run) {
        return driver.observe(container, run);
    }

    @Override
    public Future<Void> reload(ContainerSpec spec, long run) {
        return driver.reload(spec, run);
    }

    @Override
    public Future<Void> signalLeader(ContainerSpec spec, long run) {
        return driver.signalLeader(spec, run);
    }

    @Override
    public Future<Void> terminateSupervisor(ContainerName container, long run) {
        return driver.terminateSupervisor(container, run);
    }

    @Override
    public Future<Void> kill(ContainerName container, long run) {
        return driver.kill(container, run);
    }

    @Override
    public Future<Void> cleanUp(ContainerName container, long run) {
        return driver.cleanUp(container, run);
    }

    @Override
    public Future<Void> remove(ContainerName container, Removal removal) {
        return driver.remove(container, removal);
    }
}
