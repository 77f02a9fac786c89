package io.hatchery.runner.store;

import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.FleetEventFetchingBuilder;
import io.hatchery.runner.context.BlockingWork;
import io.hatchery.runner.context.Timers;
import io.hatchery.runner.driver.Driver;
import io.hatchery.runner.driver.ForwardingDriver;
import io.hatchery.runner.lifecycle.Input;
import io.hatchery.runner.lifecycle.Removal;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import io.soabase.recordbuilder.core.RecordBuilder;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Another driver, on a host whose store gets what containers run before they run it. A system is fetched when its spec arrives, whether
 * its container runs or not, so that a start finds it there. All calls come on one context.
 */
public final class FetchingDriver extends ForwardingDriver {
    private static final Logger LOG = LoggerFactory.getLogger(FetchingDriver.class);
    /** Nix manual, "Store path": a hash of 32 digits and a name. */
    private static final Pattern IN_STORE = Pattern.compile("(/nix/store/[0-9a-df-np-sv-z]{32}-[^/]+)(/.*)?");

    private static final int AT_A_TIME = 4;
    private static final int ATTEMPTS_OF_A_START = 4;
    private static final Duration BETWEEN_NEWS = Duration.ofSeconds(1);

    /**
     * The dependencies of the driver.
     *
     * @param store the host's
     * @param roots folder whose links keep from being collected what they point to
     * @param kept how many systems of a container stay
     * @param work does what may block
     * @param onContext runs something on the context of all calls
     * @param timers calls back on that context
     * @param clock the time
     * @param news publishes events that may be lost
     * @param listener receives what delays a container
     */
    @RecordBuilder
    public record StoreAccess(
            Store store,
            Path roots,
            int kept,
            BlockingWork work,
            Consumer<Runnable> onContext,
            Timers timers,
            Clock clock,
            Consumer<FleetEvent> news,
            Driver.DriverListener listener) {}

    private final StoreAccess dependencies;
    private final Profiles profiles;
    private final Semaphore places = new Semaphore(AT_A_TIME, true);
    private final Map<ContainerName, SystemFetch> fetches = new HashMap<>();

    /** Around that driver. */
    public FetchingDriver(Driver driver, StoreAccess dependencies) {
        super(driver);
        this.dependencies = dependencies;
        this.profiles = new Profiles(dependencies.roots().resolve("booted"), dependencies.kept());
    }

    private static @Nullable String pathOf(ContainerSpec spec) {
        return spec.payload() instanceof Payload.SystemPath(String path)
                        && IN_STORE.matcher(path).matches()
                ? path
                : null;
    }

    private static String storePathOf(String path) {
        Matcher matcher = IN_STORE.matcher(path);
        return matcher.matches() ? matcher.group(1) : path;
    }

    /** Null if there is nothing to fetch. */
    private @Nullable SystemFetch fetchOf(ContainerSpec spec) {
        String path = pathOf(spec);
        SystemFetch last = fetches.get(spec.name());
        if (last != null && !last.path().equals(path)) {
            last.giveUp("another system has taken its place");
            fetches.remove(spec.name());
            last = null;
        }
        if (path == null) {
            return null;
        }
        if (last != null) {
            last.wantedBy(spec);
            return last;
        }
        var fetch = new SystemFetch(path, spec);
        fetches.put(spec.name(), fetch);
        attempt(fetch);
        return fetch;
    }

    private void attempt(SystemFetch fetch) {
        var result = Promise.<Void>promise();
        Thread thread = Thread.ofVirtual().name("fetch " + fetch.path()).start(() -> {
            try {
                places.acquire();
                try {
                    bring(fetch);
                } finally {
                    places.release();
                }
                dependencies.onContext().accept(result::complete);
            } catch (IOException | InterruptedException | RuntimeException e) {
                dependencies.onContext().accept(() -> result.fail(e));
            }
        });
        fetch.cancelBy(thread::interrupt);
        result.future().onSuccess(there -> succeeded(fetch)).onFailure(e -> failed(fetch, e));
    }

    /** On another thread. */
    private void bring(SystemFetch fetch) throws IOException {
        ContainerSpec spec = fetch.spec();
        Path link = dependencies.roots().resolve("fetched").resolve(spec.name().value());
        dependencies.store().realise(storePathOf(fetch.path()), link, news(spec, fetch.path()));
        profiles.add(spec.name(), spec.generation(), fetch.path());
    }

    private Consumer<Store.FetchProgress> news(ContainerSpec spec, String path) {
        var last = new AtomicLong(System.nanoTime() - BETWEEN_NEWS.toNanos());
        return progress -> {
            boolean done = progress.paths() == progress.pathsExpected();
            if (done || System.nanoTime() - last.get() >= BETWEEN_NEWS.toNanos()) {
                last.set(System.nanoTime());
                publish(spec, path, progress, null);
            }
        };
    }

    private void publish(ContainerSpec spec, String path, Store.FetchProgress progress, @Nullable String reason) {
        dependencies
                .news()
                .accept(FleetEventFetchingBuilder.builder()
                        .container(spec.name())
                        .host(spec.host())
                        .path(path)
                        .paths(progress.paths())
                        .pathsExpected(progress.pathsExpected())
                        .bytes(progress.bytes())
                        .bytesExpected(progress.bytesExpected())
                        .reason(reason)
                        .at(dependencies.clock().instant())
                        .build());
    }

    private void succeeded(SystemFetch fetch) {
        if (fetch.hadTrouble() && fetch.isUnderWay()) {
            tried(fetch, null);
        }
        fetch.succeeded();
    }

    private void tried(SystemFetch fetch, @Nullable String trouble) {
        dependencies.listener().happened(fetch.spec().name(), new Input.FetchAttempted(fetch.spec(), trouble));
    }

    private void failed(SystemFetch fetch, Throwable e) {
        if (!fetch.isUnderWay()) {
            return; // given up
        }
        String reason = String.valueOf(e.getMessage());
        Duration pause = fetch.failed(reason, e instanceof Store.Unable);
        LOG.warn("{}: {}; again in {} s", fetch.spec().name(), reason, pause.toSeconds());
        publish(fetch.spec(), fetch.path(), new Store.FetchProgress(0, 0, 0, 0), reason);
        tried(fetch, reason + "; it is tried again in " + pause.toSeconds() + " s");
        fetch.cancelBy(dependencies.timers().later(pause, () -> attempt(fetch)));
    }

    /** Defines a container once its system is in the store; until then, a start on the host starts the previous system. */
    @Override
    public Future<Void> define(ContainerSpec spec) {
        SystemFetch fetch = fetchOf(spec);
        if (fetch == null || fetch.done().succeeded()) {
            return super.define(spec);
        }
        return fetch.done()
                .compose(
                        there -> fetch.spec().equals(spec) ? super.define(spec) : Future.succeededFuture(),
                        givenUp -> Future.succeededFuture());
    }

    @Override
    public Future<Void> fetch(ContainerSpec spec) {
        SystemFetch fetch = fetchOf(spec);
        return fetch == null ? Future.succeededFuture() : fetch.done();
    }

    @Override
    public Future<Void> prepare(ContainerSpec spec) {
        SystemFetch fetch = fetchOf(spec);
        return fetch == null
                ? super.prepare(spec)
                : fetch.within(ATTEMPTS_OF_A_START).compose(there -> super.prepare(spec));
    }

    @Override
    public void abandon(ContainerName container) {
        SystemFetch fetch = fetches.get(container);
        if (fetch != null) {
            fetch.abandon("nobody wants it to start any longer");
        }
        super.abandon(container);
    }

    @Override
    public Future<Void> spawn(ContainerSpec spec, long run) {
        return keep(spec).compose(kept -> super.spawn(spec, run));
    }

    @Override
    public Future<Void> reload(ContainerSpec spec, long run) {
        SystemFetch fetch = fetchOf(spec);
        Future<Void> there = fetch == null ? Future.succeededFuture() : fetch.done();
        return there.compose(done -> super.reload(spec, run)).compose(done -> keep(spec));
    }

    private Future<Void> keep(ContainerSpec spec) {
        String path = pathOf(spec);
        if (path == null) {
            return Future.succeededFuture();
        }
        return away(() -> profiles.boot(spec.name(), path));
    }

    private interface FetchTask {
        void run() throws IOException;
    }

    private Future<Void> away(FetchTask task) {
        return dependencies.work().begin(() -> {
            task.run();
            return null;
        });
    }

    @Override
    public Future<Void> remove(ContainerName container, Removal removal) {
        SystemFetch last = fetches.remove(container);
        if (last != null) {
            last.giveUp("the container is removed");
        }
        return super.remove(container, removal)
                .compose(removed -> away(() -> {
                    java.nio.file.Files.deleteIfExists(
                            dependencies.roots().resolve("fetched").resolve(container.value()));
                    profiles.remove(container);
                }));
    }
}
