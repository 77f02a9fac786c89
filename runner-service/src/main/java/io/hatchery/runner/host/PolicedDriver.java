package io.hatchery.runner.host;

import io.hatchery.runner.context.BlockingWork;
import io.hatchery.runner.driver.Driver;
import io.hatchery.runner.driver.ForwardingDriver;
import io.hatchery.runner.lifecycle.Removal;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Another driver, within what the host's administrator allows. All calls come on one context. */
public final class PolicedDriver extends ForwardingDriver {
    private final PolicyEnforcer enforcer;
    private final SharedFolders shared;
    private final BlockingWork work;
    private final @Nullable HostsFile hosts;
    /** The last check of each container; calls of the driver follow in the order in which they came. */
    private final Map<ContainerName, Future<Void>> checks = new HashMap<>();

    /** The containers whose last definition is not allowed, or not checked yet. */
    private final Set<ContainerName> refused = new HashSet<>();

    /** How often a fetch or preparation of each container was cancelled. */
    private final Map<ContainerName, Integer> abandoned = new HashMap<>();

    /**
     * @param work does what may block
     */
    public PolicedDriver(Driver driver, PolicyEnforcer enforcer, SupervisorProgram supervisor, BlockingWork work) {
        super(driver);
        this.enforcer = enforcer;
        this.shared = new SharedFolders(enforcer, supervisor);
        this.work = work;
        this.hosts = enforcer.policy().hostsFile() == null
                ? null
                : new HostsFile(enforcer.policy().hostsFile());
    }

    private interface PolicyTask {
        void run() throws IOException;
    }

    private Future<Void> work(PolicyTask task) {
        return work.begin(() -> {
            task.run();
            return null;
        });
    }

    /** Checks a spec, and then calls the driver in the order of the checks. */
    private Future<Void> allowed(ContainerSpec spec, PolicyTask check, Supplier<Future<Void>> then) {
        ContainerName container = spec.name();
        Future<Void> before = checks.getOrDefault(container, Future.succeededFuture());
        Future<Void> checked = before.transform(any -> work(check));
        checks.put(container, checked);
        return checked.compose(good -> then.get()).onComplete(any -> checks.remove(container, checked));
    }

    private Future<Void> unlessAbandoned(ContainerSpec spec, PolicyTask check, Supplier<Future<Void>> then) {
        int times = abandoned.getOrDefault(spec.name(), 0);
        return allowed(
                spec,
                check,
                () -> abandoned.getOrDefault(spec.name(), 0) == times
                        ? then.get()
                        : Future.failedFuture("nobody wants it to start any longer"));
    }

    @Override
    public Future<Void> define(ContainerSpec spec) {
        refused.add(spec.name());
        return allowed(
                        spec,
                        () -> {
                            ContainerSpec allowed = enforcer.allowed(spec);
                            enforcer.note(allowed);
                            shared.protect(allowed);
                        },
                        () -> {
                            refused.remove(spec.name());
                            return super.define(spec);
                        })
                .compose(defined -> hosts == null ? Future.succeededFuture() : work(() -> hosts.put(spec)));
    }

    @Override
    public Future<Void> fetch(ContainerSpec spec) {
        return unlessAbandoned(spec, () -> enforcer.allowed(spec), () -> super.fetch(spec));
    }

    @Override
    public Future<Void> prepare(ContainerSpec spec) {
        return unlessAbandoned(
                spec,
                () -> {
                    ContainerSpec allowed = enforcer.allowed(spec);
                    enforcer.noteRun(allowed);
                    shared.protect(allowed);
                },
                () -> super.prepare(spec));
    }

    @Override
    public Future<Void> adopt(ContainerSpec spec, long run) {
        return work(() -> enforcer.noteRun(spec)).compose(noted -> super.adopt(spec, run));
    }

    @Override
    public void abandon(ContainerName container) {
        abandoned.merge(container, 1, Integer::sum);
        super.abandon(container);
    }

    @Override
    public Future<Void> reload(ContainerSpec spec, long run) {
        return allowed(spec, () -> enforcer.allowed(spec), () -> super.reload(spec, run));
    }

    @Override
    public Future<Void> remove(ContainerName container, Removal removal) {
        abandoned.remove(container);
        return checks.getOrDefault(container, Future.succeededFuture()).transform(any -> {
            // Its root may be any folder, such as that of a container that the fleet does not have any more.
            boolean keepsRoot = refused.remove(container) && removal.purge();
            return super.remove(container, keepsRoot ? new Removal(removal.root(), false) : removal)
                    .compose(removed -> forget(container))
                    .compose(forgotten -> keepsRoot
                            ? Future.failedFuture(
                                    "the container is removed, but its root " + removal.root()
                                            + " is not purged: the host's policy refused its last definition. Remove it by hand")
                            : Future.succeededFuture());
        });
    }

    private Future<Void> forget(ContainerName container) {
        enforcer.forget(container);
        return hosts == null ? Future.succeededFuture() : work(() -> hosts.remove(container));
    }
}
