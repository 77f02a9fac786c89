package io.hatchery.spec.policy;

import org.jspecify.annotations.Nullable;

/**
 * A folder or file of the host that {@code bindMounts} may mount, with all that is in it.
 *
 * @param path absolute, without {@code ..}
 * @param writable whether containers may write to it; null if not
 */
public record AllowedBind(String path, @Nullable Boolean writable) {
    /**
     * @throws IllegalArgumentException if no policy may allow that path
     */
    public AllowedBind {
        path = HostPath.absolute(path);
        HostPath.requireBindable(path);
    }

    boolean isWritable() {
        return Boolean.TRUE.equals(writable);
    }
}
