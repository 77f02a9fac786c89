package io.hatchery.runner.logs;

import io.hatchery.protocol.LogSource;
import io.hatchery.spec.ContainerName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder in which supervisors keep the consoles of containers, also of those that do not run.
 *
 * @param folder need not exist
 */
public record ConsoleFolder(Path folder) implements LogSources {
    private static final String SUFFIX = ".log";

    @Override
    public LogSource source() {
        return LogSource.CONSOLE;
    }

    @Override
    public Set<ContainerName> containers() throws IOException {
        var found = new HashSet<ContainerName>();
        try (Stream<Path> files = Files.list(folder)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .filter(ContainerName::isValid)
                    .forEach(name -> found.add(new ContainerName(name)));
        } catch (NoSuchFileException e) {
            return Set.of();
        }
        return found;
    }

    @Override
    public LogFeed open(ContainerName container, @Nullable String position) {
        return new ConsoleFeed(new ConsoleFiles(folder.resolve(container + SUFFIX)), position);
    }
}
