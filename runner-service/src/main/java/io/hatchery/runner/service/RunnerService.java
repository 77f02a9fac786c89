package io.hatchery.runner.service;

import io.hatchery.bus.KafkaBus;
import io.hatchery.bus.Message;
import io.hatchery.bus.Publisher;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Topics;
import io.hatchery.runner.cgroup.CgroupLayout;
import io.hatchery.runner.cgroup.CgroupTree;
import io.hatchery.runner.direct.DirectDriver;
import io.hatchery.runner.direct.HostAccess;
import io.hatchery.runner.direct.HostAccessBuilder;
import io.hatchery.runner.direct.HostRunFolders;
import io.hatchery.runner.direct.SupervisorLauncher;
import io.hatchery.runner.driver.Driver;
import io.hatchery.runner.files.PrivateFiles;
import io.hatchery.runner.host.ContainerFolders;
import io.hatchery.runner.host.HostPlans;
import io.hatchery.runner.host.HostRoots;
import io.hatchery.runner.host.InotifyLimit;
import io.hatchery.runner.host.PolicedDriver;
import io.hatchery.runner.host.PolicyEnforcer;
import io.hatchery.runner.host.SupervisorProgram;
import io.hatchery.runner.journal.FileDisk;
import io.hatchery.runner.logs.ContainerJournals;
import io.hatchery.runner.process.HostProcesses;
import io.hatchery.runner.session.Sessions;
import io.hatchery.runner.store.FetchingDriver;
import io.hatchery.runner.store.FetchingDriverStoreAccessBuilder;
import io.hatchery.runner.store.NixStore;
import io.hatchery.runner.systemd.SystemdBus;
import io.hatchery.runner.systemd.SystemdDriver;
import io.hatchery.runner.systemd.SystemdDriverSystemdAccessBuilder;
import io.hatchery.runner.systemd.UnitFiles;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.WorkerExecutor;
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
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Specs and commands of one host in, containers, statuses and events out: a {@link Runner} with real things around it. */
public final class RunnerService extends AbstractVerticle {
    private static final Logger LOG = LoggerFactory.getLogger(RunnerService.class);
    private static final int NEWS_PATIENCE = 30_000;
    /** Nix looks for roots below its own folder. */
    private static final Path ROOTS = Path.of("/nix/var/nix/gcroots/hatchery");

    private final RunnerConfig config;
    private final Handler<Throwable> onFailure;
    private final Promise<Void> ready = Promise.promise();
    private final List<AutoCloseable> toClose = new ArrayList<>();
    private @Nullable WorkerExecutor disk;
    private @Nullable Runner runner;
    private @Nullable HostLogs logs;

    /**
     * @param onFailure is called when the runner cannot go on; its containers do
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
        toClose.add(HostLock.take(config.folders().runtime(), config.host()));
        PrivateFiles.folder(config.folders().runtime());
        PrivateFiles.folder(config.folders().data());
        var supervisor = SupervisorProgram.installed();
        var enforcer = new PolicyEnforcer(config.containers().policy());
        var cgroups = new CgroupTree(CgroupLayout.of(Files.readString(Path.of("/proc/self/mountinfo"))), supervisor);
        ContainerJournals journals = HostLogs.journals(config, cgroups.layout(), supervisor);
        var sessions = new Sessions(vertx, config.containers().sessions(), supervisor);
        Runner.RunnerDependencies dependencies = RunnerRunnerDependenciesBuilder.builder()
                .clock(Clock.systemUTC())
                .uptime(uptime())
                .sinceBoot(RunnerService::sinceBoot)
                .timers(this::later)
                .bus(new KafkaBus(vertx, config.bus()))
                .runtime(FileDisk.untilReboot(config.folders().runtime()))
                .data(FileDisk.durable(config.folders().data(), this::waitForDisk))
                .facts(HostIdentity.read())
                .driver(listener -> new PolicedDriver(
                        fetching(driver(cgroups, supervisor, enforcer, listener), listener),
                        enforcer,
                        supervisor,
                        this::work))
                .cgroups(cgroups.layout().mode().word())
                .sessions(new EnteredContainers(vertx, sessions, journals))
                .build();
        InotifyLimit.warning().ifPresent(LOG::warn);
        var created = new Runner(config, dependencies, this::failed);
        runner = created;
        // A programming error in a callback has no other way to be seen.
        context.exceptionHandler(this::failed);
        created.ready().onComplete(ready);
        logs = HostLogs.begin(vertx, config, journals);
        created.start().onComplete(startedUp);
    }

    private Driver driver(
            CgroupTree cgroups, SupervisorProgram supervisor, PolicyEnforcer enforcer, Driver.DriverListener listener) {
        var settings = new ContainerFolders(
                config.folders().runtime(),
                HostLogs.consoles(config),
                config.containers().consoleSize());
        try {
            var folders = new HostRunFolders(settings, this::onContext);
            toClose.add(folders);
            boolean isSystemd = config.containers().driver() == DriverSelection.SYSTEMD;
            boolean unified = cgroups.layout().mode() == CgroupLayout.Mode.V2;
            var plans = new HostPlans(isSystemd, unified, enforcer, supervisor);
            if (isSystemd) {
                return systemd(settings, folders, plans, supervisor, listener);
            }
            HostAccess host = HostAccessBuilder.builder()
                    .work(this::work)
                    .timers(this::later)
                    .clock(Clock.systemUTC())
                    .processes(new HostProcesses())
                    .cgroups(cgroups)
                    .folders(folders)
                    .launcher(new SupervisorLauncher(settings, cgroups, supervisor, plans))
                    .roots(roots(settings, plans))
                    .build();
            return new DirectDriver(host, listener);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Driver fetching(Driver driver, Driver.DriverListener listener) {
        Publisher publisher = new KafkaBus(vertx, config.bus()).publisher(NEWS_PATIENCE);
        Consumer<FleetEvent> news = event -> onContext(() -> publisher
                .publish(Message.of(
                        Topics.EVENTS.name(), event.key(), event, null, "/runner/" + config.host(), event.at()))
                .onFailure(e -> LOG.debug("not reported: {}", e.getMessage())));
        return new FetchingDriver(
                driver,
                FetchingDriverStoreAccessBuilder.builder()
                        .store(new NixStore(config.containers().store()))
                        .roots(ROOTS)
                        .kept(Evaluation.KEPT_SYSTEMS)
                        .work(this::work)
                        .onContext(this::onContext)
                        .timers(this::later)
                        .clock(Clock.systemUTC())
                        .news(news)
                        .listener(listener)
                        .build());
    }

    private Driver systemd(
            ContainerFolders settings,
            HostRunFolders folders,
            HostPlans plans,
            SupervisorProgram supervisor,
            Driver.DriverListener listener)
            throws IOException {
        var bus = new SystemdBus();
        toClose.add(bus);
        SystemdDriver.SystemdAccess systemd = SystemdDriverSystemdAccessBuilder.builder()
                .work(this::work)
                .timers(this::later)
                .clock(Clock.systemUTC())
                .onContext(this::onContext)
                .bus(bus)
                .units(new UnitFiles(
                        config.folders().runtime(),
                        config.folders().data().resolve("programs"),
                        plans,
                        supervisor.path()))
                .folders(folders)
                .roots(roots(settings, plans))
                .build();
        return new SystemdDriver(systemd, listener);
    }

    private HostRoots roots(ContainerFolders folders, HostPlans plans) {
        return new HostRoots(
                folders,
                config.folders().data().resolve("roots"),
                config.containers().policy(),
                plans);
    }

    private void onContext(Runnable task) {
        context.runOnContext(ignored -> task.run());
    }

    /** On a thread of its own: outcomes must not wait for the deletion of roots, for example. */
    private <T> Future<T> waitForDisk(Callable<T> task) {
        WorkerExecutor thread = disk;
        if (thread == null) {
            thread = vertx.createSharedWorkerExecutor("hatchery-disk", 1);
            disk = thread;
        }
        return thread.executeBlocking(task, true);
    }

    private <T> Future<T> work(Callable<T> task) {
        return vertx.executeBlocking(task, false);
    }

    /** At first the time since boot, suspended time included, and from then on what the monotonic clock adds, which does not. */
    private static Supplier<Duration> uptime() {
        Duration atStart = sinceBoot();
        long started = System.nanoTime();
        return () -> atStart.plusNanos(System.nanoTime() - started);
    }

    /** That of proc_uptime(5), which includes suspended time. */
    private static Duration sinceBoot() {
        try {
            String seconds = Files.readString(Path.of("/proc/uptime")).split(" ", 2)[0];
            return Duration.ofMillis(new BigDecimal(seconds).movePointRight(3).longValue());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        Future<Void> logsEnded = logs == null ? Future.succeededFuture() : logs.close();
        Future.join(readersEnded, logsEnded)
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
