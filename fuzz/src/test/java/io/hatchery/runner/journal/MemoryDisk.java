package io.hatchery.runner.journal;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A disk with one file of which the content is chosen. */
final class MemoryDisk implements Disk {
    private final Map<String, byte[]> files = new TreeMap<>();

    MemoryDisk(String file, byte[] content) {
        files.put(file, content);
    }

    @Override
    public List<String> list(String folder) {
        String prefix = folder.endsWith("/") ? folder : folder + "/";
        return files.keySet().stream()
                .filter(file -> file.startsWith(prefix))
                .map(file -> file.substring(prefix.length()).split("/")[0])
                .distinct()
                .toList();
    }

    @Override
    public Optional<byte[]> read(String file) {
        return Optional.ofNullable(files.get(file));
    }

    @Override
    public void replace(String file, byte[] bytes) {
        files.put(file, bytes);
    }

    @Override
    public void append(String file, byte[] bytes) {
        throw new IllegalStateException("nothing is appended while files are read");
    }

    @Override
    public Future<Void> sync(String file) {
        return Future.succeededFuture();
    }

    @Override
    public void delete(String file, boolean durable) {
        files.remove(file);
    }
}
