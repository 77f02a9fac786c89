package io.hatchery.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.spec.Limits;
import org.jspecify.annotations.Nullable;

/**
 * What a container may use of its host at most, by its limits. Pure.
 *
 * @param memory bytes of {@code memoryMax}; 0 without a limit
 * @param cpuPercent percent of one processor of {@code cpuQuota}; 0 without a limit
 */
record ResourceDemand(long memory, long cpuPercent) {
    /** The demand of a container without limits. */
    static final ResourceDemand NONE = new ResourceDemand(0, 0);

    /** The demand by the limits of a spec; null for none. */
    static ResourceDemand of(@Nullable Limits limits) {
        return limits == null ? NONE : of(limits.memoryMax(), limits.cpuQuota());
    }

    /** The demand by the values of a definition in the form of a spec's JSON. */
    static ResourceDemand of(JsonNode values) {
        JsonNode limits = values.path("limits");
        return of(limits.path("memoryMax").textValue(), limits.path("cpuQuota").textValue());
    }

    private static ResourceDemand of(@Nullable String memoryMax, @Nullable String cpuQuota) {
        long memory = number(memoryMax);
        long cpu = number(cpuQuota);
        return memory == 0 && cpu == 0 ? NONE : new ResourceDemand(memory, cpu);
    }

    /** The digits at the begin; 0 for {@code infinity} and for more than a host can have. */
    private static long number(@Nullable String text) {
        String digits = text == null ? "" : text.replaceFirst("\\D.*", "");
        return digits.isEmpty() || digits.length() > MAX_DIGITS ? 0 : Long.parseLong(digits);
    }

    /** A host has less than 10^15 bytes and percents. */
    private static final int MAX_DIGITS = 15;
}
