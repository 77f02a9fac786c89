package io.hatchery.spec.policy;

import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the administrator of a host allows its containers.
 *
 * @param level for all containers; null for baseline
 * @param allow lists that replace those of {@link PolicyAllowances#DEFAULT}; null for these
 * @param exceptions at most {@value #MOST_EXCEPTIONS}, of which the last one that selects a container and has a level decides it; null
 *     for none
 */
public record HostPolicy(
        @Nullable PolicyLevel level,
        @Nullable PolicyAllowances allow,
        @Nullable List<PolicyException> exceptions) {
    /** How many exceptions a policy may have. */
    public static final int MOST_EXCEPTIONS = 100;

    /** The size of a policy's file, in bytes: heartbeats carry what is in it. */
    public static final int MOST_BYTES = 32 << 10;

    /** Level baseline with the default lists. */
    public static final HostPolicy DEFAULT = new HostPolicy(PolicyLevel.BASELINE, null, null);

    /** Everything, for hosts that trust all definitions. */
    public static final HostPolicy PRIVILEGED = new HostPolicy(PolicyLevel.PRIVILEGED, null, null);

    /**
     * @throws IllegalArgumentException if there are too many exceptions
     */
    public HostPolicy {
        if (exceptions != null && exceptions.size() > MOST_EXCEPTIONS) {
            throw new IllegalArgumentException(
                    "it has " + exceptions.size() + " exceptions, and at most " + MOST_EXCEPTIONS + " are allowed");
        }
        level = level == null ? PolicyLevel.BASELINE : level; // who reads a heartbeat need not know the default
        exceptions = exceptions == null ? null : List.copyOf(exceptions);
    }

    /**
     * Reads a policy's file.
     *
     * @throws UnreadableException if it is no YAML, has an unknown key or a value that is not valid; the message has the line
     */
    public static HostPolicy read(byte[] yaml) throws UnreadableException {
        if (yaml.length > MOST_BYTES) {
            throw new UnreadableException(
                    "it has " + yaml.length + " bytes, and at most " + MOST_BYTES + " are allowed");
        }
        return Json.readYamlStrictly(yaml, HostPolicy.class);
    }

    /** The level of containers that no exception selects. */
    public PolicyLevel generalLevel() {
        return level == null ? PolicyLevel.BASELINE : level;
    }

    /** This policy where lists of its own take the place of other lists that are not given. */
    public HostPolicy withDefaults(PolicyAllowances defaults) {
        return new HostPolicy(level, allow == null ? defaults : allow.orElse(defaults), exceptions);
    }

    /** What holds for a container. */
    public EffectivePolicy of(ContainerSpec spec) {
        return of(spec.labels());
    }

    /** What holds for all containers that no exception selects. */
    public EffectivePolicy general() {
        return of(Map.of());
    }

    private EffectivePolicy of(Map<String, String> labels) {
        PolicyLevel decided = generalLevel();
        PolicyAllowances all = (allow == null ? PolicyAllowances.NONE : allow).orElse(PolicyAllowances.DEFAULT);
        for (PolicyException exception : exceptions == null ? List.<PolicyException>of() : exceptions) {
            if (exception.labels().matches(labels)) {
                decided = exception.level() == null ? decided : exception.level();
                all = exception.allow() == null ? all : all.and(exception.allow());
            }
        }
        return new EffectivePolicy(decided, all);
    }
}
