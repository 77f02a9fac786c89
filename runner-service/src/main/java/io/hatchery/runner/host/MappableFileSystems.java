package io.hatchery.runner.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Which file systems of this host can be mounted with mapped users; each is tried once. Any thread may call it. */
final class MappableFileSystems {
    private final SupervisorProgram supervisor;
    /** By device; as many as the host has file systems. */
    private final Map<Long, Boolean> known = new ConcurrentHashMap<>();

    MappableFileSystems(SupervisorProgram supervisor) {
        this.supervisor = supervisor;
    }

    /** Of a path that is not there, whether it will be is not known, and its start fails if it is not: true. */
    boolean mapUsers(Path path) throws IOException {
        if (!Files.exists(path)) {
            return true;
        }
        Path real = path.toRealPath();
        long device = (long) Files.getAttribute(real, "unix:dev");
        Boolean maps = known.get(device);
        if (maps == null) {
            maps = supervisor.mapsUsers(real);
            known.put(device, maps);
        }
        return maps;
    }
}
