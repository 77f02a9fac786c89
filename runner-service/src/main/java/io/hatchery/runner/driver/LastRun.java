package io.hatchery.runner.driver;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The latest run of a container of which the host still has something.
 *
 * @param run its number
 * @param spec what it was begun from, or switched to since; null if that is not noted
 */
public record LastRun(long run, @Nullable ContainerSpec spec) {
    private static final Logger LOG = LoggerFactory.getLogger(LastRun.class);
    private static final String SPEC = "spec";

    /** Notes what a run is begun from, or has been switched to. */
    public static void note(RunFolder folder, ContainerSpec spec) throws IOException {
        folder.write(SPEC, new String(Json.bytes(spec), StandardCharsets.UTF_8));
    }

    /** Empty if nothing of any run is left. */
    public static Optional<LastRun> find(RunFolders folders, ContainerName container) throws IOException {
        long run = folders.last(container);
        return run == 0 ? Optional.empty() : Optional.of(new LastRun(run, spec(folders.of(container, run), container)));
    }

    private static @Nullable ContainerSpec spec(RunFolder folder, ContainerName container) throws IOException {
        Optional<String> text = folder.read(SPEC);
        if (text.isEmpty()) {
            return null;
        }
        try {
            return Json.read(text.get().getBytes(StandardCharsets.UTF_8), ContainerSpec.class);
        } catch (UnreadableException e) {
            LOG.warn("{}: the spec that its last run was begun from cannot be read: {}", container, e.getMessage());
            return null;
        }
    }
}
