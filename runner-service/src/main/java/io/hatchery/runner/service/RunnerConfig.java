package io.hatchery.runner.service;

import io.hatchery.bus.BusConfig;
import io.hatchery.runner.host.ContainerPolicy;
import io.hatchery.runner.logs.LogLimits;
import io.hatchery.runner.session.SessionSettings;
import io.hatchery.runner.store.StoreSettings;
import io.hatchery.spec.HostName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The configuration of a runner.
 *
 * @param host the name of this host in the fleet
 * @param labels the labels by which containers select this host
 * @param bus the connection to Kafka
 * @param folders where the runner keeps its files
 * @param containers how containers run
 * @param heartbeat the time between two heartbeats, in whole seconds, at least 1
 * @param version the version of the runner, for the status of the host
 */
public record RunnerConfig(
        HostName host,
        SortedMap<String, String> labels,
        BusConfig bus,
        RunnerFolders folders,
        ContainerSettings containers,
        Duration heartbeat,
        String version) {
    /** Keeps an immutable copy of the labels. */
    public RunnerConfig {
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    }

    /**
     * Where a runner keeps its files.
     *
     * @param runtime for data of running containers, which a reboot empties; must not be emptied or renamed otherwise
     * @param data for data that outlives a reboot
     */
    public record RunnerFolders(Path runtime, Path data) {}

    /**
     * How containers run on this host.
     *
     * @param policy what the host allows its containers
     * @param store where systems are fetched from
     * @param consoleSize the size up to which the console of each container is kept, in bytes
     * @param logs how much of their logs is shipped
     * @param maxConcurrentStarts maximum number of containers that start at the same time, at least 1
     * @param sessions how sessions of users run
     */
    public record ContainerSettings(
            DriverSelection driver,
            ContainerPolicy policy,
            StoreSettings store,
            long consoleSize,
            LogLimits logs,
            int maxConcurrentStarts,
            SessionSettings sessions) {}
}
