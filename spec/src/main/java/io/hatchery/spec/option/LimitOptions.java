package io.hatchery.spec.option;

import io.hatchery.spec.ContainerSpec;
import java.util.List;

/** The limits of a container's resources, as systemd.resource-control(5) names them. */
final class LimitOptions {
    private static final String UNSET = "not set";

    private static final OptionType.Submodule LIMITS = new OptionType.Submodule(List.of(
            limit("memoryMax", "MemoryMax=")
                    .type(ConfinementTypes.SIZE_OR_INFINITY)
                    .description(
                            "Limit of memory in bytes. Beyond it, processes of the container are killed by the kernel.")
                    .example("512M")
                    .build(),
            limit("memoryHigh", "MemoryHigh=")
                    .type(ConfinementTypes.SIZE_OR_INFINITY)
                    .description("Memory in bytes above which the container is slowed down and its memory reclaimed.")
                    .example("400M")
                    .build(),
            limit("cpuQuota", "CPUQuota=")
                    .type(ConfinementTypes.CPU_QUOTA)
                    .description(
                            "Limit of processor time, in percent of one processor. 150% is one and a half processors.")
                    .example("150%")
                    .build(),
            limit("cpuWeight", "CPUWeight=")
                    .type(ConfinementTypes.CPU_WEIGHT)
                    .description(
                            "Share of processor time relative to others, 1 to 10000. The default of the kernel is 100.")
                    .example(200)
                    .build(),
            limit("tasksMax", "TasksMax=")
                    .type(ConfinementTypes.TASKS)
                    .description("Limit of the number of processes and threads.")
                    .example(500)
                    .build(),
            limit("ioWeight", "IOWeight=")
                    .type(ConfinementTypes.IO_WEIGHT)
                    .description(
                            "Share of disk bandwidth relative to others, 1 to 10000. The default of the kernel is 100.")
                    .example(50)
                    .build()));

    private LimitOptions() {}

    private static OptionBuilder limit(String name, String directive) {
        return Option.named(name).defaultText(UNSET).becomes(directive + " and the control group's file");
    }

    static List<Option> all() {
        return List.of(Option.named("limits")
                .type(LIMITS)
                .description("Limits of the container's resources. A change applies to the running container.")
                .defaultText(UNSET)
                .exampleJson("{\"memoryMax\": \"512M\"}")
                .becomes(
                        "limits of its control group: MemoryMax=, MemoryHigh=, CPUQuota=, CPUWeight=, TasksMax=, IOWeight=")
                .appliesLive(ContainerSpec::limits)
                .build());
    }
}
