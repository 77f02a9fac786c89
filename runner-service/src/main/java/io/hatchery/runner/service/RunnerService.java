package io.hatchery.runner.service;

import io.hatchery.bus.KafkaBus;
import io.hatchery.runner.cgroup.CgroupLayout;
import io.hatchery.runner.cgroup.CgroupTree;
import io.hatchery.runner.journal.FileDisk;
import io.hatchery.runner.nspawn.DirectDriver;
import io.hatchery.runner.nspawn.DirectSettings;
import io.hatchery.runner.nspawn.Driver;
import io.hatchery.runner.nspawn.HostPlans;
import io.hatchery.runner.nspawn.HostRoots;
import io.hatchery.runner.nspawn.HostRunFolders;
import io.hatchery.runner.nspawn.PolicedDriver;
import io.hatchery.runner.nspawn.ShimLauncher;
import io.hatchery.runner.process.HostProcesses;
import io.hatchery.runner.systemd.SystemdBus;
import io.hatchery.runner.systemd.SystemdDriver;
import io.hatchery.runner.systemd.UnitFiles;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Specs and commands of one host in, containers, statuses and events out: a {@link Runner} with real things around it. */
public final class RunnerService extends AbstractVerticle {
    private final RunnerConfig config;
    private final Handler<Throwable> onFailure;
    private final Promise<Void> ready = Promise.promise();
    private final List<AutoCloseable> toClose = new ArrayList<>();
    private @Nullable Runner runner;

    /**
     * @param onFailure is told when the runner cannot go on; its containers do
     */
    public RunnerService(RunnerConfig config, Handler<Throwable> onFailure) {
        this.config = config;
        this.onFailure = onFailure;
    }

    /** Completes when the runner knows what the fleet wants of its host. */
    public Future<Void> ready() {
        return ready.future();
    }

    @Override
    public void start(Promise<Void> startedUp) throws IOException {
        toClose.add(HostLock.take(config.runtime(), config.host()));
        Files.createDirectories(config.data());
        var cgroups = new CgroupTree(CgroupLayout.of(Files.readString(Path.of("/proc/self/mountinfo"))));
        var outside = new Runner.Outside(
                Clock.systemUTC(),
                uptime(),
                this::later,
                new KafkaBus(vertx, config.bus()),
                new FileDisk(config.runtime()),
                new FileDisk(config.data()),
                HostFacts.read(),
                listener -> new PolicedDriver(driver(cgroups, listener), config.policy(), this::work),
                cgroups.layout().mode().word());
        var born = new Runner(config, outside, this::failed);
        runner = born;
        // A programming error in a callback has no other way to be seen.
        context.exceptionHandler(this::failed);
        born.ready().onComplete(ready);
        born.start().onComplete(startedUp);
    }

    private Driver driver(CgroupTree cgroups, Driver.Listener listener) {
        var settings = new DirectSettings(config.runtime(), config.data().resolve("console"), config.consoleBytes());
        try {
            var folders = new HostRunFolders(settings, this::onContext);
            toClose.add(folders);
            if (config.driver() == DriverChoice.SYSTEMD) {
                return systemd(cgroups, settings, folders, listener);
            }
            var outside = new DirectDriver.Outside(
                    this::work,
                    this::later,
                    Clock.systemUTC(),
                    new HostProcesses(),
                    cgroups,
                    folders,
                    new ShimLauncher(settings, cgroups),
                    new HostRoots(settings));
            return new DirectDriver(outside, listener);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Driver systemd(
            CgroupTree cgroups, DirectSettings settings, HostRunFolders folders, Driver.Listener listener)
            throws IOException {
        boolean unified = cgroups.layout().mode() == CgroupLayout.Mode.V2;
        var bus = new SystemdBus();
        toClose.add(bus);
        var outside = new SystemdDriver.Outside(
                this::work,
                this::later,
                Clock.systemUTC(),
                this::onContext,
                bus,
                new UnitFiles(config.runtime(), new HostPlans(true, unified)),
                folders,
                new HostRoots(settings));
        return new SystemdDriver(outside, listener);
    }

    private void onContext(Runnable task) {
        context.runOnContext(told -> task.run());
    }

    private <T> Future<T> work(Callable<T> task) {
        return vertx.executeBlocking(task, false);
    }

    /** That of proc_uptime(5), which counts suspended time too, and from then on the monotonic clock's, which does not. */
    private static Supplier<Duration> uptime() throws IOException {
        String seconds = Files.readString(Path.of("/proc/uptime")).split(" ", 2)[0];
        var atStart =
                Duration.ofMillis(new BigDecimal(seconds).movePointRight(3).longValue());
        long started = System.nanoTime();
        return () -> atStart.plusNanos(System.nanoTime() - started);
    }

    private Runnable later(Duration delay, Runnable task) {
        long timer = vertx.setTimer(Math.max(1, delay.toMillis()), id -> task.run());
        return () -> vertx.cancelTimer(timer);
    }

    private void failed(Throwable e) {
        ready.tryFail(e);
        onFailure.handle(e);
    }

    @Override
    public void stop(Promise<Void> stopped) {
        Future<Void> readersEnded = runner == null ? Future.succeededFuture() : runner.stop();
        readersEnded
                .<Void>transform(ended -> {
                    try {
                        for (AutoCloseable closeable : toClose.reversed()) {
                            closeable.close();
                        }
                        return ended.succeeded() ? Future.succeededFuture() : Future.failedFuture(ended.cause());
                    } catch (Exception e) {
                        return Future.failedFuture(e);
                    }
                })
                .onComplete(stopped);
    }
}
