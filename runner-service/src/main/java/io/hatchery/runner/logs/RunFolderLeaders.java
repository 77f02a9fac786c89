package io.hatchery.runner.logs;

import io.hatchery.runner.process.ProcessRef;
import io.hatchery.runner.process.Processes;
import io.hatchery.spec.ContainerName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The inits that the supervisors of the {@code direct} driver have recorded.
 *
 * @param folder with a folder for each container, and in that one for each run
 */
public record RunFolderLeaders(Path folder, Processes processes) implements ContainerJournals.Leaders {
    @Override
    public Map<ContainerName, ProcessRef> find() throws IOException {
        var found = new HashMap<ContainerName, ProcessRef>();
        try (Stream<Path> containers = Files.list(folder)) {
            for (Path container : containers.toList()) {
                String name = container.getFileName().toString();
                if (ContainerName.isValid(name)) {
                    leader(container).ifPresent(leader -> found.put(new ContainerName(name), leader));
                }
            }
        } catch (NoSuchFileException e) {
            return Map.of();
        }
        return found;
    }

    private Optional<ProcessRef> leader(Path container) throws IOException {
        try (Stream<Path> runs = Files.list(container)) {
            for (Path run : runs.filter(Files::isDirectory).toList()) {
                Path recorded = run.resolve("leader");
                if (Files.exists(recorded) && !Files.exists(run.resolve("exit"))) {
                    ProcessRef leader = ProcessRef.parse(Files.readString(recorded));
                    if (processes.isAlive(leader)) {
                        return Optional.of(leader);
                    }
                }
            }
        } catch (NoSuchFileException e) {
            return Optional.empty(); // removed meanwhile
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // it is being written
        }
        return Optional.empty();
    }
}
