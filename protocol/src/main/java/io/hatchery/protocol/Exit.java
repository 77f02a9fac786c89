package io.hatchery.protocol;

import java.time.Instant;

/**
 * How a container's processes ended.
 *
 * @param status its exit status, 0 to 255; 128 plus the signal's number if a signal ended it, as a shell counts
 * @param at when
 */
public record Exit(int status, Instant at) {
    /** The status of an end that nobody can know: systemd.exec(5) calls it EXIT_EXCEPTION, and nspawn ends so for its own errors. */
    public static final int UNKNOWN = 255;
}
