package io.hatchery.runner.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The host's limit of inotify instances per user. The users of containers without private users are those of the host, so all containers
 * share it, and the runner needs one itself.
 */
public final class InotifyLimit {
    /** inotify(7). */
    private static final Path LIMIT = Path.of("/proc/sys/fs/inotify/max_user_instances");

    /** What systemd as init, its journal, its login manager and D-Bus have open in a minimal Debian. */
    private static final int OF_A_SYSTEM = 6;

    /** As many as 300 systems need; with a lower limit the runner warns. */
    private static final int ENOUGH = 2_000;

    private InotifyLimit() {}

    /** What the administrator should know about this host's limit; empty if it is high enough, or not known. */
    public static Optional<String> warning() {
        try {
            return warning(limit());
        } catch (IOException | NumberFormatException e) {
            return Optional.empty(); // a kernel without inotify has no such limit
        }
    }

    /** Not with {@code Files.readString}: it reads a byte first, and the kernel gives such a file with the first read alone. */
    static int limit() throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(LIMIT)) {
            return Integer.parseInt(String.valueOf(reader.readLine()).strip());
        }
    }

    static Optional<String> warning(int limit) {
        return limit >= ENOUGH
                ? Optional.empty()
                : Optional.of("this host allows " + limit + " inotify instances per user, enough for about "
                        + Math.max(0, limit - 2) / OF_A_SYSTEM
                        + " containers with systemd inside; more do not boot. Raise it: " + remedy());
    }

    /** The command that raises the limit. */
    public static String remedy() {
        return "sysctl -w fs.inotify.max_user_instances=524288";
    }
}
