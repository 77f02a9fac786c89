package io.hatchery.app;

import io.hatchery.runner.files.DirectoryTrees;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The data folder and the runtime folder of a {@code hatchery up}, known by a marker file, and what Hatchery makes in them.
 * {@code hatchery down} removes nothing that this class does not list.
 */
final class Installation {
    /** The file in the data folder that makes it an installation. */
    static final String MARKER = "installation.json";

    /** The file in the data folder with the process that runs the services. */
    static final String PID_FILE = "up.pid";

    private static final int FORMAT = 1;
    private static final String EXAMPLES = "examples";

    /** Secrets that only Hatchery writes: a folder with one of them and without a marker is of a version before the marker. */
    private static final Set<String> SECRETS = Set.of("broker.password", "kafka-admin.password", "admin.token");

    private static final Set<String> DATA = Set.of(
            MARKER,
            PID_FILE,
            "up.ready",
            "admin.token",
            "broker.password",
            "broker",
            "client.properties",
            "gateway",
            "instance",
            "kafka-admin.password",
            "kcat.conf",
            "nix-cache",
            "nix-cache.pub",
            "nix-cache.secret",
            "nix-cache.token",
            "runner",
            "systems",
            "users");

    /** What {@code ./up} and {@code examples/hello/make} make before and beside the services. */
    private static final List<String> EXAMPLE_FILES = List.of(
            "examples/definitions/hello.yaml",
            "examples/definitions/debian.yaml",
            "examples/roots/hello",
            "examples/roots/debian",
            "examples/nix.log");

    /** Folders that are removed only when nothing is left in them, the innermost first. */
    private static final List<String> EXAMPLE_FOLDERS = List.of("examples/definitions", "examples/roots", EXAMPLES);

    /** What a folder may hold before the first {@code hatchery up}: none of these is removed as a whole. */
    private static final Set<String> HARMLESS = Set.of(EXAMPLES, "build.log", "lost+found");

    private static final Set<String> RUNTIME =
            Set.of("boot-id", "c", "folder-id", "u", "runner.lock", "shim.pl", "unit.pl");

    /** Temporary files that a kill leaves: a dot, the name of the file that they become, and a suffix. */
    private static final String TEMPORARY = "\\.(boot-id|folder-id|shim\\.pl|unit\\.pl)\\..*";

    private final Path data;
    private final Path runtime;

    private Installation(Path data, Path runtime) {
        this.data = data;
        this.runtime = runtime;
    }

    /**
     * The marker's content.
     *
     * @param format the version of this record, 1
     * @param data the real path of the folder that it is in; a copy of the folder is no installation
     * @param runtime the runtime folder
     */
    private record Marker(int format, String data, String runtime) {}

    /**
     * Makes the configured data folder an installation, or takes up the one that it is.
     *
     * @throws UserError if it holds files that Hatchery did not make, since what it makes would be mixed up with them
     */
    static Installation claim(Settings settings) throws IOException {
        FolderSettings folders = FolderSettings.of(settings);
        Files.createDirectories(folders.data());
        Path data = folders.data().toRealPath();
        var installation = new Installation(data, folders.runtime());
        Path marker = data.resolve(MARKER);
        if (!Files.exists(marker)) {
            installation.requireOwn();
        }
        Files.writeString(
                marker, Json.pretty(new Marker(FORMAT, data.toString(), installation.runtime.toString())) + "\n");
        return installation;
    }

    /**
     * The installation in the configured data folder.
     *
     * @throws UserError if there is none; nothing is changed then
     */
    static Installation open(Settings settings) throws IOException {
        FolderSettings folders = FolderSettings.of(settings);
        Path data = folders.data().toRealPath();
        Path file = data.resolve(MARKER);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new UserError(data + " is not an installation: it has no file " + MARKER
                    + ", which hatchery up writes. Nothing was changed. Set HATCHERY_DATA to the folder of the installation;"
                    + " if an older version made this one, run hatchery up in it once");
        }
        Marker marker;
        try {
            marker = Json.read(Files.readAllBytes(file), Marker.class);
        } catch (UnreadableException e) {
            throw new UserError(file + " cannot be read: " + e.getMessage() + ". Nothing was changed", e);
        }
        if (marker.format != FORMAT || !marker.data.equals(data.toString())) {
            throw new UserError(
                    data + " is not an installation: its " + MARKER + " is that of " + marker.data
                            + ", so this folder is a copy, or was moved. Nothing was changed. If it was moved, run hatchery up in it once");
        }
        Path runtime = folders.runtime();
        if (!marker.runtime.equals(runtime.toString())) {
            throw new UserError("the installation in " + data + " has the runtime folder " + marker.runtime + ", not "
                    + runtime + ": set HATCHERY_RUNTIME=" + marker.runtime + ". Nothing was changed");
        }
        return new Installation(data, runtime);
    }

    /** Whether a folder holds nothing but what Hatchery makes. */
    static boolean isOwn(Path data) throws IOException {
        return names(data).stream().allMatch(name -> DATA.contains(name) || HARMLESS.contains(name));
    }

    private void requireOwn() throws IOException {
        List<String> names = names(data);
        boolean older = names.stream().anyMatch(SECRETS::contains);
        List<String> foreign = names.stream()
                .filter(name -> !HARMLESS.contains(name) && !(older && DATA.contains(name)))
                .toList();
        if (!foreign.isEmpty()) {
            throw new UserError("the data folder " + data + " holds files that Hatchery did not make ("
                    + String.join(", ", foreign.subList(0, Math.min(5, foreign.size())))
                    + "): set HATCHERY_DATA to an empty or a new folder");
        }
    }

    Path data() {
        return data;
    }

    Path pidFile() {
        return data.resolve(PID_FILE);
    }

    /** Everything that Hatchery made and that is there, the marker last, so that an interrupted removal can be repeated. */
    List<Path> made() throws IOException {
        var made = new ArrayList<Path>();
        for (String name : names(runtime)) {
            if (RUNTIME.contains(name) || name.matches(TEMPORARY)) {
                made.add(runtime.resolve(name));
            }
        }
        EXAMPLE_FILES.stream().map(data::resolve).filter(Installation::isThere).forEach(made::add);
        names(data).stream()
                .filter(DATA::contains)
                .filter(name -> !name.equals(MARKER))
                .map(data::resolve)
                .forEach(made::add);
        made.add(data.resolve(MARKER));
        return made;
    }

    /**
     * Removes what Hatchery made, and the folders if nothing is left in them.
     *
     * @return what is left in them since Hatchery did not make it
     * @throws UserError if something is mounted there; nothing is removed then
     */
    List<Path> remove() throws IOException {
        List<Path> made = made();
        for (Path mount : mounts()) {
            if (made.stream().anyMatch(mount::startsWith)) {
                throw new UserError(mount + " is mounted below what would be removed: unmount it and run hatchery down"
                        + " again; no file was removed");
            }
        }
        for (Path path : made) {
            DirectoryTrees.delete(path);
        }
        var left = new ArrayList<Path>();
        for (String folder : EXAMPLE_FOLDERS) {
            removeIfEmpty(data.resolve(folder));
        }
        removeIfEmpty(runtime.resolve("roots"));
        for (Path folder : List.of(runtime, data)) {
            if (!removeIfEmpty(folder)) {
                names(folder).stream().map(folder::resolve).forEach(left::add);
            }
        }
        return left;
    }

    private static boolean removeIfEmpty(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return true;
        }
        if (!names(folder).isEmpty()) {
            return false;
        }
        Files.delete(folder);
        return true;
    }

    private static boolean isThere(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static List<String> names(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    /** Where file systems are mounted; a path with a character that the kernel escapes is none of Hatchery's. */
    private static List<Path> mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .map(line -> Path.of(line.split(" ")[4]))
                .toList();
    }
}
