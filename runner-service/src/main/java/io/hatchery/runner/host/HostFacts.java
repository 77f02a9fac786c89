package io.hatchery.runner.host;

import io.hatchery.spec.policy.PolicyFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** This host during one check: each path is resolved once, so that what is checked is what is used. */
final class HostFacts implements PolicyFacts {
    private final List<ContainerFolder> folders;
    private final List<String> ownFolders;
    private final Map<String, ResolvedPath> resolved = new HashMap<>();
    private @Nullable List<String> routes;
    private @Nullable ListeningPorts ports;

    HostFacts(List<ContainerFolder> folders, List<Path> ownFolders) {
        this.folders = List.copyOf(folders);
        this.ownFolders = ownFolders.stream()
                .flatMap(own -> Stream.of(own.toString(), withoutLinks(own)))
                .distinct()
                .toList();
    }

    private static String withoutLinks(Path path) {
        try {
            return UnixFiles.realPath(path).toString();
        } catch (IOException e) {
            throw new UncheckedIOException("Hatchery's folder " + path + " cannot be resolved: " + e, e);
        }
    }

    /**
     * @throws UncheckedIOException if a link of the path leads nowhere, or it cannot be read
     */
    @Override
    public ResolvedPath resolve(String path) {
        return resolved.computeIfAbsent(path, HostFacts::resolveNow);
    }

    private static ResolvedPath resolveNow(String path) {
        try {
            Path real = UnixFiles.realPath(Path.of(path));
            Path existing = real;
            while (!Files.exists(existing) && existing.getParent() != null) {
                existing = existing.getParent();
            }
            boolean isSocket = existing.equals(real) && UnixFiles.isSocket(real);
            List<String> changeable = UnixFiles.changeable(existing.equals(real) ? real : existing.resolve("new"));
            return new ResolvedPath(real.toString(), isSocket, changeable);
        } catch (IOException e) {
            throw new UncheckedIOException("the path " + path + " cannot be resolved: " + e, e);
        }
    }

    @Override
    public List<ContainerFolder> folders() {
        return folders;
    }

    @Override
    public List<String> ownFolders() {
        return ownFolders;
    }

    @Override
    public List<String> routes() {
        if (routes == null) {
            routes = HostRoutes.read();
        }
        return routes;
    }

    @Override
    public boolean isListening(String protocol, int port) {
        if (ports == null) {
            ports = ListeningPorts.read();
        }
        return ports.has(protocol, port);
    }
}
