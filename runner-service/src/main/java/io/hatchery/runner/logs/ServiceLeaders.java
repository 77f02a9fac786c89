package io.hatchery.runner.logs;

import io.hatchery.runner.process.ProcessRef;
import io.hatchery.runner.process.Processes;
import io.hatchery.spec.ContainerName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The inits of containers that are units of the host and have systemd inside, which puts itself into {@code init.scope}.
 *
 * @param slice the cgroup in which the units are
 */
public record ServiceLeaders(Path slice, Processes processes) implements ContainerJournals.Leaders {
    static final Pattern UNIT = Pattern.compile("container-(.+)\\.service");

    @Override
    public Map<ContainerName, ProcessRef> find() throws IOException {
        var found = new HashMap<ContainerName, ProcessRef>();
        try (Stream<Path> units = Files.list(slice)) {
            for (Path unit : units.toList()) {
                var name = UNIT.matcher(unit.getFileName().toString());
                if (name.matches() && ContainerName.isValid(name.group(1))) {
                    leader(unit).ifPresent(leader -> found.put(new ContainerName(name.group(1)), leader));
                }
            }
        } catch (NoSuchFileException e) {
            return Map.of();
        }
        return found;
    }

    private Optional<ProcessRef> leader(Path unit) throws IOException {
        try {
            for (String pid : Files.readAllLines(unit.resolve("payload/init.scope/cgroup.procs"))) {
                Optional<ProcessRef> process = processes.of(Long.parseLong(pid));
                List<Long> ids = processes.namespaced(Long.parseLong(pid));
                if (process.isPresent() && !ids.isEmpty() && ids.getLast() == 1) {
                    return process;
                }
            }
            return Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty(); // it has no systemd, or has ended
        }
    }
}
