package io.hatchery.runner.service;

import io.hatchery.bus.KafkaPublisher;
import io.hatchery.runner.cgroup.CgroupLayout;
import io.hatchery.runner.host.SupervisorProgram;
import io.hatchery.runner.journal.FileDisk;
import io.hatchery.runner.logs.ConsoleFolder;
import io.hatchery.runner.logs.ContainerJournals;
import io.hatchery.runner.logs.HostJournal;
import io.hatchery.runner.logs.LogShipper;
import io.hatchery.runner.logs.LogSources;
import io.hatchery.runner.logs.RunFolderLeaders;
import io.hatchery.runner.logs.ServiceLeaders;
import io.hatchery.runner.process.HostProcesses;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/**
 * The shipping of a host's logs. It has a producer of its own, and depends on nothing that the runner does, so that neither waits for the
 * other.
 */
record HostLogs(LogShipper shipper, KafkaPublisher publisher) {
    /** Longer than Kafka takes to elect a leader; what fails then is sent again. */
    private static final int PATIENCE_MILLIS = 30_000;

    /** The folder in which the consoles of containers are kept. */
    static Path consoles(RunnerConfig config) {
        return config.folders().data().resolve("console");
    }

    /** The journals inside the containers of this host. */
    static ContainerJournals journals(RunnerConfig config, CgroupLayout cgroups, SupervisorProgram supervisor) {
        var processes = new HostProcesses();
        ContainerJournals.Leaders leaders = isSystemd(config)
                ? new ServiceLeaders(cgroups.roots().getFirst().resolve("machine.slice"), processes)
                : new RunFolderLeaders(config.folders().runtime().resolve("c"), processes);
        return new ContainerJournals(leaders, (leader, inside) -> supervisor.enter(leader.pid(), inside));
    }

    private static boolean isSystemd(RunnerConfig config) {
        return config.containers().driver() == DriverSelection.SYSTEMD;
    }

    static HostLogs begin(Vertx vertx, RunnerConfig config, ContainerJournals journals) {
        var publisher = new KafkaPublisher(vertx, LogShipper.bus(config.bus()), PATIENCE_MILLIS);
        // Positions outlive a reboot, as the consoles do. A power cut may undo the last of them: then lines are sent
        // again.
        var positions = FileDisk.untilReboot(config.folders().data().resolve("logs"));
        LogSources consoles = isSystemd(config) ? new HostJournal(positions) : new ConsoleFolder(consoles(config));
        List<LogSources> sources =
                config.containers().logs().hasJournals() ? List.of(consoles, journals) : List.of(consoles);
        var shipper = new LogShipper(
                config.host(), config.containers().logs(), publisher, positions, sources, Clock.systemUTC());
        shipper.start();
        return new HostLogs(shipper, publisher);
    }

    Future<Void> close() {
        return shipper.close().eventually(publisher::close);
    }
}
