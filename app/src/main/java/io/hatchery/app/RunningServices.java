package io.hatchery.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The process of a {@code hatchery up} and where its gateway listens.
 *
 * @param gateway its base URL
 */
record RunningServices(ProcessHandle process, String gateway) {
    /** proc_pid_stat(5): field 22, of those after the name in parentheses, which is the second, the 20th. */
    private static final int START_TIME = 19;

    /** Records this process. */
    static void write(Path pidFile, String gateway) throws IOException {
        long pid = ProcessHandle.current().pid();
        Files.writeString(pidFile, pid + "\n" + identity(pid) + "\n" + gateway + "\n");
    }

    /** The recorded process, if it still runs; pids are reused, so its start time is compared. */
    static @Nullable RunningServices of(Path pidFile, Settings settings) throws IOException {
        if (!Files.exists(pidFile)) {
            return null;
        }
        List<String> lines = Files.readAllLines(pidFile);
        long pid;
        try {
            pid = Long.parseLong(lines.isEmpty() ? "" : lines.getFirst().strip());
        } catch (NumberFormatException e) {
            throw new UserError(
                    pidFile + " does not begin with the pid of the services: stop them, delete the file, and run"
                            + " the command again",
                    e);
        }
        String gateway = lines.size() > 2 ? lines.get(2) : GatewaySettings.url(settings);
        return ProcessHandle.of(pid)
                .filter(process -> lines.size() > 1 ? isSame(pid, lines.get(1)) : isHatchery(process))
                .map(process -> new RunningServices(process, gateway))
                .orElse(null);
    }

    private static boolean isSame(long pid, String identity) {
        try {
            return identity(pid).equals(identity);
        } catch (IOException e) {
            return false; // the process has exited meanwhile
        }
    }

    /** Earlier versions recorded only the pid. */
    private static boolean isHatchery(ProcessHandle process) {
        return process.info().commandLine().orElse("").contains(Main.class.getName());
    }

    /** The boot id and the start time since boot, which setting a clock does not change. */
    private static String identity(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip() + " " + fields[START_TIME];
    }
}
