package io.hatchery.runner.session;

import io.hatchery.runner.driver.Driver;
import io.hatchery.runner.driver.ForwardingDriver;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.vertx.core.Future;

/**
 * Ends the sessions in a container before the container is stopped: an init waits for what ignores its signals, and the kernel for who
 * has to reap it.
 */
public final class SessionEndingDriver extends ForwardingDriver {
    private final SessionOpener sessions;

    /** Forwards to another driver. */
    public SessionEndingDriver(Driver driver, SessionOpener sessions) {
        super(driver);
        this.sessions = sessions;
    }

    private Future<Void> ended(ContainerName container) {
        return sessions.end(container, "container " + container + " is being stopped");
    }

    @Override
    public Future<Void> signalLeader(ContainerSpec spec, long run) {
        return ended(spec.name()).compose(over -> super.signalLeader(spec, run));
    }

    @Override
    public Future<Void> terminateSupervisor(ContainerName container, long run) {
        return ended(container).compose(over -> super.terminateSupervisor(container, run));
    }

    @Override
    public Future<Void> kill(ContainerName container, long run) {
        return ended(container).compose(over -> super.kill(container, run));
    }

    @Override
    public Future<Void> cleanUp(ContainerName container, long run) {
        return ended(container).compose(over -> super.cleanUp(container, run));
    }
}
