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
    private static final String UNKNOWN = "unknown";

    /** Writes down this process. */
    static void write(Path pidFile, String gateway) throws IOException {
        ProcessHandle self = ProcessHandle.current();
        Files.writeString(pidFile, self.pid() + "\n" + started(self) + "\n" + gateway + "\n");
    }

    /** The process that was written down, if it is still that one: pids are given again. */
    static @Nullable RunningServices of(Path pidFile, Settings settings) throws IOException {
        if (!Files.exists(pidFile)) {
            return null;
        }
        List<String> lines = Files.readAllLines(pidFile);
        long pid;
        try {
            pid = Long.parseLong(lines.isEmpty() ? "" : lines.getFirst().strip());
        } catch (NumberFormatException e) {
            throw new Refusal(
                    pidFile + " does not begin with the pid of the services: end them, remove it, and run the"
                            + " command again",
                    e);
        }
        String started = lines.size() > 1 ? lines.get(1) : UNKNOWN;
        String gateway = lines.size() > 2 ? lines.get(2) : Up.gateway(settings);
        return ProcessHandle.of(pid)
                .filter(process -> process.info().commandLine().orElse("").contains(Main.class.getName()))
                .filter(process -> started.equals(UNKNOWN) || started.equals(started(process)))
                .map(process -> new RunningServices(process, gateway))
                .orElse(null);
    }

    private static String started(ProcessHandle process) {
        return process.info().startInstant().map(Object::toString).orElse(UNKNOWN);
    }
}
