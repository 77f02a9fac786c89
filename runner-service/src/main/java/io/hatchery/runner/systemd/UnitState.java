package io.hatchery.runner.systemd;

import io.hatchery.protocol.Exit;
import io.hatchery.spec.RestartPolicy;
import io.hatchery.spec.Signal;
import java.time.Instant;
import java.util.Set;

/**
 * A unit as systemd shows it: org.freedesktop.systemd1(5).
 *
 * @param active {@code active}, {@code reloading}, {@code inactive}, {@code failed}, {@code activating} or {@code deactivating}
 * @param sub the state of its type of unit, such as {@code auto-restart}
 * @param invocation names one run of the unit, 32 hexadecimal digits; empty if it has had none
 * @param job the type of what is being done with it for someone, or waits to be, such as {@code start}, {@code stop} or
 *     {@code restart}; empty if nothing is
 * @param begun when it last left the inactive state, microseconds of the monotonic clock
 * @param wasActive when it last became active, microseconds of the monotonic clock; 0 if never
 */
record UnitState(String active, String sub, String invocation, String job, long begun, long wasActive) {
    private static final String AUTO_RESTART = "auto-restart";

    /** Whether there is nothing of it but, perhaps, systemd's intent to start it again. */
    boolean isSettled() {
        return active.equals("inactive") || active.equals("failed") || sub.equals(AUTO_RESTART);
    }

    /** Whether it runs, or is on its way there. */
    boolean isBegun() {
        return !isSettled() && !active.equals("deactivating");
    }

    boolean isReady() {
        return active.equals("active") || active.equals("reloading") || wasActive > 0 && wasActive >= begun;
    }

    /** Whether someone has asked it to stop, rather than that it ended by itself. */
    boolean isBeingStopped() {
        return active.equals("deactivating") && (job.equals("stop") || job.equals("restart"));
    }

    /** Whether someone must have stopped it: else systemd would be about to start it again, by its {@code Restart=}. */
    boolean wasStopped(RestartPolicy policy, UnitExit ended) {
        boolean wouldRestart = switch (policy) {
            case ALWAYS -> true;
            case ON_FAILURE -> ended.exit.status() != 0;
            case NO -> false;
        };
        return wouldRestart && isSettled() && !sub.equals(AUTO_RESTART);
    }

    /**
     * How one run of a unit ended.
     *
     * @param exit its status as a shell counts it
     * @param timedOut whether systemd ended it because its start took too long
     * @param killed whether someone sent nspawn a signal that ended it, and not systemd or the kernel for a reason of theirs
     */
    record UnitExit(Exit exit, boolean timedOut, boolean killed) {
        /** A {@code $SERVICE_RESULT} that is none of systemd's or the kernel's reasons: systemd.exec(5); SIGTERM counts as success. */
        private static final Set<String> BY_A_SIGNAL = Set.of("success", "signal", "core-dump");

        /** As {@code hatchery-supervisor unit clean-up} writes it: {@code $EXIT_CODE $EXIT_STATUS $SERVICE_RESULT}, systemd.exec(5). */
        static UnitExit parse(String text, Instant at) {
            String[] words = text.strip().split(" ");
            if (words.length != 3) {
                throw new IllegalArgumentException("'" + text + "' does not say how a unit ended");
            }
            int status = switch (words[0]) {
                case "exited" -> Integer.parseInt(words[1]);
                case "killed", "dumped" -> 128 + Signal.parse("SIG" + words[1]).number();
                default -> Exit.UNKNOWN;
            };
            boolean killed = !words[0].equals("exited") && BY_A_SIGNAL.contains(words[2]);
            return new UnitExit(new Exit(status, at), words[2].equals("timeout"), killed);
        }
    }
}
