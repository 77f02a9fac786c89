package io.hatchery.runner.service;

import io.hatchery.bus.BusConfig;
import io.hatchery.runner.nspawn.HostPolicy;
import io.hatchery.runner.store.StoreSettings;
import io.hatchery.spec.HostName;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a runner runs.
 *
 * @param host what this host is called in the fleet
 * @param labels by which containers choose this host
 * @param bus how to reach Kafka
 * @param runtime folder for what a reboot ends; must be emptied or renamed by none
 * @param data folder for what outlives a reboot
 * @param consoleBytes how much is kept of each container's console
 * @param mostStarts how many containers may be starting at a time, at least 1
 * @param driver how containers are run
 * @param policy what containers may do to the host
 * @param store where systems come from
 * @param heartbeatSeconds how often the host tells that it is there, at least 1
 * @param version the runner's, for its status
 */
public record RunnerConfig(
        HostName host,
        SortedMap<String, String> labels,
        BusConfig bus,
        Path runtime,
        Path data,
        long consoleBytes,
        int mostStarts,
        DriverSelection driver,
        HostPolicy policy,
        StoreSettings store,
        int heartbeatSeconds,
        String version) {
    /** Keeps an immutable copy of the labels. */
    public RunnerConfig {
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    }
}
