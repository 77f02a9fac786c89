package io.hatchery.protocol;

/**
 * A runner's claim of a host name.
 *
 * @param epoch grows by one with each runner that takes the name over, at least 1; the highest one holds the name, and of two
 *     claims with the same epoch the first on the topic
 * @param runner identifies the process of the runner; another one after each start
 * @param folder identifies the runner's runtime folder since the host's boot; a lock ensures that the next runner in it is the successor
 */
public record HostOwner(long epoch, String runner, String folder) {
    /**
     * @throws IllegalArgumentException if the epoch is below 1
     */
    public HostOwner {
        if (epoch < 1) {
            throw new IllegalArgumentException("epoch is " + epoch + ": it must be at least 1");
        }
    }
}
