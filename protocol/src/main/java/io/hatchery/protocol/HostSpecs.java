package io.hatchery.protocol;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a runner has read of its specs. config-service compares it with what it published, and publishes what is missing again, so
 * that a specs topic that was deleted, recreated or truncated is filled again.
 *
 * @param topicId the id that Kafka gave to the topic when it was created
 * @param next the offset of the first record that the runner has not applied
 * @param digest of the specs that the topic names, see {@link #digest}
 * @param unnamed containers on the host that never occurred in the topic, at most {@value #MAX_UNNAMED}; they are left alone
 */
public record HostSpecs(String topicId, long next, String digest, List<ContainerName> unnamed) {
    /** Maximum number of listed containers; the others are listed once these are settled. */
    public static final int MAX_UNNAMED = 100;

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;
    private static final long MIX = 0xff51afd7ed558ccdL;
    private static final int HALF = 33;

    /** Keeps an immutable copy of the containers. */
    public HostSpecs {
        unnamed = List.copyOf(unnamed);
    }

    /** The part of one spec in a sum over all specs, in any order. */
    public static long share(ContainerName container, Generation generation) {
        long hash = FNV_OFFSET;
        for (byte b : (container + " " + generation).getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        hash = (hash ^ (hash >>> HALF)) * MIX;
        return hash ^ (hash >>> HALF);
    }

    /**
     * The digest of specs.
     *
     * @param sum over the {@link #share} of each
     */
    public static String digest(long sum) {
        return Long.toHexString(sum);
    }
}
