package io.hatchery.runner.store;

import io.hatchery.runner.plan.NspawnPlan;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The systems of containers as generations of Nix profiles, {@code <profiles>/<container>/system-<generation>-link}, which keep them from
 * being collected; the generation is that of the first spec which has the system. What a run was begun with has a root of its own.
 */
final class Profiles {
    private static final String NAME = "system";
    private static final Pattern LINK = Pattern.compile(NAME + "-(\\d+)-link");

    private final Path booted;
    private final int kept;

    /**
     * @param booted folder of the roots of runs
     * @param kept how many generations of a container stay, at least 1
     */
    Profiles(Path booted, int kept) {
        this.booted = booted;
        this.kept = kept;
    }

    /** Takes a system for the newest, unless it is that already. */
    void add(ContainerName container, Generation generation, String path) throws IOException {
        Path folder = Files.createDirectories(Path.of(NspawnPlan.profiles(container)));
        Files.createDirectories(Path.of(NspawnPlan.gcRoots(container)));
        Path profile = folder.resolve(NAME);
        if (Files.exists(profile) && profile.toRealPath().toString().equals(path)) {
            return;
        }
        Path link = folder.resolve(NAME + "-" + generation + "-link");
        replace(link, Path.of(path));
        replace(profile, link.getFileName());
        prune(folder);
    }

    private void prune(Path folder) throws IOException {
        var links = new TreeMap<Long, Path>(Comparator.reverseOrder());
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Matcher name = LINK.matcher(file.getFileName().toString());
                if (name.matches()) {
                    links.put(Long.valueOf(name.group(1)), file);
                }
            }
        }
        Path profile = folder.resolve(NAME);
        Path current = Files.isSymbolicLink(profile) ? Files.readSymbolicLink(profile) : profile;
        for (Path link : links.values().stream().skip(kept).toList()) {
            if (!link.getFileName().equals(current)) {
                Files.delete(link);
            }
        }
    }

    /** Keeps what a run is begun with, until another is. */
    void boot(ContainerName container, String path) throws IOException {
        Files.createDirectories(booted);
        replace(booted.resolve(container.value()), Path.of(path));
    }

    /** Keeps nothing of the container any longer. */
    void remove(ContainerName container) throws IOException {
        Files.deleteIfExists(booted.resolve(container.value()));
        for (String folder : new String[] {NspawnPlan.profiles(container), NspawnPlan.gcRoots(container)}) {
            Path path = Path.of(folder);
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                try (var files = Files.walk(path)) {
                    for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(file);
                    }
                }
            }
        }
    }

    private static void replace(Path link, Path target) throws IOException {
        Path next = link.resolveSibling("." + link.getFileName() + ".next");
        Files.deleteIfExists(next);
        Files.createSymbolicLink(next, target);
        Files.move(next, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
