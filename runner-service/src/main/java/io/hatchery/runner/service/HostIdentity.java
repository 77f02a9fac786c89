package io.hatchery.runner.service;

import io.hatchery.protocol.HostOwner;
import io.hatchery.protocol.HostSpecs;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.HostStatusBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What does not change about a host while its runner runs.
 *
 * @param machineId machine-id(5); the boot id where the host has none
 * @param bootId of the kernel
 * @param memory bytes
 */
public record HostIdentity(String machineId, String bootId, long memory) {
    private static final long KIB = 1024;

    static HostIdentity read() throws IOException {
        String boot =
                Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        Path file = Path.of("/etc/machine-id");
        String machine = Files.exists(file) ? Files.readString(file).strip() : "";
        long memory = Files.readAllLines(Path.of("/proc/meminfo")).stream()
                .filter(line -> line.startsWith("MemTotal:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * KIB)
                .findFirst()
                .orElse(0);
        return new HostIdentity(machine.isEmpty() ? boot : machine, boot, memory);
    }

    HostStatus status(
            RunnerConfig config,
            HostStatus.Availability state,
            String driver,
            String cgroups,
            int containers,
            @Nullable HostSpecs specs,
            int damagedFiles,
            Instant started,
            Instant now,
            HostOwner owner) {
        return HostStatusBuilder.builder()
                .host(config.host())
                .state(state)
                .machineId(machineId)
                .bootId(bootId)
                .runtime(config.folders().runtime().toString())
                .pid(ProcessHandle.current().pid())
                .version(config.version())
                .driver(driver)
                .cgroups(cgroups)
                .labels(config.labels())
                .cpus(Runtime.getRuntime().availableProcessors())
                .memory(memory)
                .containers(containers)
                .started(started)
                .at(now)
                .interval((int) config.heartbeat().toSeconds())
                .specs(specs)
                .damagedFiles(damagedFiles)
                .policy(config.containers().policy().policy())
                .owner(owner)
                .build();
    }
}
