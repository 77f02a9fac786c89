package io.hatchery.runner.host;

import io.hatchery.runner.context.BlockingWork;
import io.hatchery.runner.driver.Driver;
import io.hatchery.runner.driver.ForwardingDriver;
import io.hatchery.runner.lifecycle.Removal;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Another driver, within what the host's administrator allows. */
public final class PolicedDriver extends ForwardingDriver {
    private final HostPolicy policy;
    private final BlockingWork work;
    private final @Nullable HostsFile hosts;

    /**
     * @param work does what may block
     */
    public PolicedDriver(Driver driver, HostPolicy policy, BlockingWork work) {
        super(driver);
        this.policy = policy;
        this.work = work;
        this.hosts = policy.hostsFile() == null ? null : new HostsFile(policy.hostsFile());
    }

    private interface PolicyCheck {
        void run() throws IOException;
    }

    private Future<Void> work(PolicyCheck task) {
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
    public Future<Void> define(ContainerSpec spec) {
        return allowed(spec, () -> super.define(spec))
                .compose(defined -> hosts == null ? Future.succeededFuture() : work(() -> hosts.put(spec)));
    }

    @Override
    public Future<Void> prepare(ContainerSpec spec) {
        return allowed(spec, () -> super.prepare(spec));
    }

    @Override
    public Future<Void> remove(ContainerName container, Removal removal) {
        return super.remove(container, removal)
                .compose(removed -> hosts == null ? Future.succeededFuture() : work(() -> hosts.remove(container)));
    }
}
