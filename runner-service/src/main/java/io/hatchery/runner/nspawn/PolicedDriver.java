package io.hatchery.runner.nspawn;

import io.hatchery.runner.context.Work;
import io.hatchery.runner.lifecycle.ContainerState.Removal;
import io.hatchery.runner.lifecycle.Observation;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Another driver, within what the host's administrator allows. */
public final class PolicedDriver implements Driver {
    private final Driver driver;
    private final HostPolicy policy;
    private final Work work;
    private final @Nullable HostsFile hosts;

    /**
     * @param work does what may block
     */
    public PolicedDriver(Driver driver, HostPolicy policy, Work work) {
        this.driver = driver;
        this.policy = policy;
        this.work = work;
        this.hosts = policy.hostsFile() == null ? null : new HostsFile(policy.hostsFile());
    }

    private interface Task {
        void run() throws IOException;
    }

    private Future<Void> work(Task task) {
        return work.begin(() -> {
            task.run();
            return null;
        });
    }

    /** At once: drivers rely on the order in which they are called. */
    private Future<Void> allowed(ContainerSpec spec, Supplier<Future<Void>> then) {
        try {
            policy.check(spec);
        } catch (IOException e) {
            return Future.failedFuture(e);
        }
        return then.get();
    }

    @Override
    public String name() {
        return driver.name();
    }

    @Override
    public Future<Void> define(ContainerSpec spec) {
        return allowed(spec, () -> driver.define(spec))
                .compose(defined -> hosts == null ? Future.succeededFuture() : work(() -> hosts.put(spec)));
    }

    @Override
    public Future<Void> adopt(ContainerSpec spec, long run) {
        return driver.adopt(spec, run);
    }

    @Override
    public Future<Void> prepare(ContainerSpec spec) {
        return allowed(spec, () -> driver.prepare(spec));
    }

    @Override
    public Future<Void> spawn(ContainerSpec spec, long run) {
        return driver.spawn(spec, run);
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
        return driver.remove(container, removal)
                .compose(removed -> hosts == null ? Future.succeededFuture() : work(() -> hosts.remove(container)));
    }
}
