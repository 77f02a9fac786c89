package io.hatchery.runner.simulation;

import io.hatchery.bus.BusConfig;
import io.hatchery.runner.direct.DirectDriver;
import io.hatchery.runner.driver.Driver;
import io.hatchery.runner.host.ContainerPolicy;
import io.hatchery.runner.journal.Disk;
import io.hatchery.runner.logs.LogLimits;
import io.hatchery.runner.service.DriverSelection;
import io.hatchery.runner.service.HostIdentity;
import io.hatchery.runner.service.Runner;
import io.hatchery.runner.service.RunnerConfig;
import io.hatchery.runner.service.RunnerRunnerDependenciesBuilder;
import io.hatchery.runner.session.SessionOpener;
import io.hatchery.runner.session.SessionSettings;
import io.hatchery.runner.store.StoreSettings;
import io.vertx.core.Handler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A real runner in a process of a simulated host. */
final class RunnerProcess {
    private final World world;
    private final SimulatedHost host;
    private final World.Actor process;
    private final Edge edge;
    private final Mutation mutation;

    RunnerProcess(World world, SimulatedHost host, World.Actor process, Edge edge, Mutation mutation) {
        this.world = world;
        this.host = host;
        this.process = process;
        this.edge = edge;
        this.mutation = mutation;
    }

    /**
     * Starts it.
     *
     * @param onFailure is called with the reason when the runner fails
     */
    void start(SimulatedBus bus, Disk runtime, Disk data, HostIdentity facts, Handler<Throwable> onFailure) {
        Runner.RunnerDependencies dependencies = RunnerRunnerDependenciesBuilder.builder()
                .clock(host.clock())
                .uptime(this::uptime)
                .sinceBoot(this::uptime)
                .timers(this::later)
                .bus(bus)
                .runtime(runtime)
                .data(data)
                .facts(facts)
                .driver(this::driver)
                .cgroups("v2")
                .sessions(SessionOpener.NONE)
                .build();
        try {
            new Runner(config(), dependencies, onFailure).start().onFailure(onFailure);
        } catch (IOException e) {
            onFailure.handle(e);
        }
    }

    private RunnerConfig config() {
        return new RunnerConfig(
                host.name(),
                new TreeMap<>(Map.of("zone", host.zone())),
                new BusConfig(Map.of("bootstrap.servers", "simulated:1"), SimulatedKafka.SHARED_PARTITIONS, (short) 1),
                new RunnerConfig.RunnerFolders(Path.of("/run/hatchery"), Path.of("/var/lib/hatchery")),
                new RunnerConfig.ContainerSettings(
                        DriverSelection.DIRECT,
                        ContainerPolicy.PRIVILEGED,
                        new StoreSettings(List.of(), List.of(), null, Path.of("/var/lib/hatchery/nix")),
                        1 << 20,
                        new LogLimits(1 << 18, 1 << 22, false),
                        mutation == Mutation.START_GATE_OPEN ? Integer.MAX_VALUE : SimulatedHost.MOST_STARTS,
                        new SessionSettings(Duration.ofMinutes(30), null)),
                Duration.ofSeconds(SimulatedHost.HEARTBEAT_SECONDS),
                "simulated");
    }

    private Duration uptime() {
        return Duration.ofNanos((world.now() - host.bootedAt) * 1000);
    }

    private Driver driver(Driver.DriverListener listener) {
        var ground = new SimulatedCgroup(world, host, process, edge, mutation);
        var driver = new DirectDriver(ground.outside(this::later), listener);
        return new ObservedDriver(driver, world, host, process, mutation);
    }

    private Runnable later(Duration delay, Runnable task) {
        boolean[] cancelled = {false};
        Duration wait = mutation == Mutation.TIMERS_TOO_SOON ? delay.dividedBy(10) : delay;
        world.after(wait, process, "", () -> {
            if (!cancelled[0]) {
                task.run();
            }
        });
        return () -> cancelled[0] = true;
    }
}
