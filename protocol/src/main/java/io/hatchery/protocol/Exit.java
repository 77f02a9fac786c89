package io.hatchery.protocol;

import java.time.Instant;

/**
 * The end of a run.
 *
 * @param status the exit status, 0 to 255; 128 plus the signal's number after a signal, as in a shell
 * @param at when, by the clock of the host
 */
public record Exit(int status, Instant at) {
    /** The status of an exit that cannot be known; EXIT_EXCEPTION in systemd.exec(5), and nspawn's status for its own errors. */
    public static final int UNKNOWN = 255;
}
