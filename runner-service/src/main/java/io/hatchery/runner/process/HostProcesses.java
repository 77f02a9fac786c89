package io.hatchery.runner.process;

import io.hatchery.spec.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** As {@code /proc} shows them, see proc_pid_stat(5) and proc_pid_status(5). */
public final class HostProcesses implements Processes {
    private static final int START_TIME_AFTER_NAME = 19;
    private static final String NAMESPACED = "NSpid:";

    @Override
    public Optional<ProcessRef> of(long pid) {
        try {
            String stat = Files.readString(file(pid, "stat"));
            // The name may hold blanks and parentheses; the last one closes it.
            String[] rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return rest[0].equals("Z") || rest[0].equals("X")
                    ? Optional.empty()
                    : Optional.of(new ProcessRef(pid, Long.parseLong(rest[START_TIME_AFTER_NAME])));
        } catch (IOException e) {
            return Optional.empty(); // who cannot be read has ended
        }
    }

    @Override
    public List<Long> namespaced(long pid) {
        try {
            return Files.readString(file(pid, "status"))
                    .lines()
                    .filter(line -> line.startsWith(NAMESPACED))
                    .flatMap(line -> Arrays.stream(
                            line.substring(NAMESPACED.length()).strip().split("\\s+")))
                    .map(Long::valueOf)
                    .toList();
        } catch (IOException e) {
            return List.of(); // it has ended since it was counted
        }
    }

    private static Path file(long pid, String name) {
        return Path.of("/proc", Long.toString(pid), name);
    }

    @Override
    public boolean send(ProcessRef process, Signal signal) throws IOException {
        return Signals.send(process, signal, this::isAlive);
    }
}
