package io.hatchery.runner.systemd;

import io.hatchery.runner.driver.Planner;
import io.hatchery.runner.files.DirectoryTrees;
import io.hatchery.runner.files.PrivateFiles;
import io.hatchery.runner.plan.NspawnPlan;
import io.hatchery.runner.plan.PrintableText;
import io.hatchery.runner.plan.SetupStepLines;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The units of containers and what belongs to them, on file systems that a reboot empties. */
public final class UnitFiles {
    static final String PREFIX = "container-";
    static final String SUFFIX = ".service";
    private static final Path UNITS = Path.of("/run/systemd/system");
    private static final Path WANTS = UNITS.resolve("machines.target.wants");

    private static final Set<PosixFilePermission> READ_BY_ALL = PosixFilePermissions.fromString("rw-r--r--");

    private final Path runtime;
    private final Planner planner;
    private final SupervisorCopies supervisors;

    /**
     * Installs the program that the units call.
     *
     * @param runtime the runner's runtime folder
     * @param programs folder of the programs that the units call
     * @param supervisor {@code hatchery-supervisor} as it is installed
     * @throws IOException if it cannot be installed
     */
    public UnitFiles(Path runtime, Path programs, Planner planner, Path supervisor) throws IOException {
        this.runtime = PrivateFiles.folder(runtime);
        this.planner = planner;
        this.supervisors = new SupervisorCopies(programs, runtime, supervisor);
    }

    private Path folder(ContainerName container) {
        return runtime.resolve("u").resolve(container.value());
    }

    /** What systemd calls the container. */
    static String unit(ContainerName container) {
        return PREFIX + container + SUFFIX;
    }

    /**
     * Writes a spec's unit.
     *
     * @return whether systemd has to read it anew
     */
    boolean write(ContainerSpec spec) throws IOException {
        ContainerSpec resolved = planner.resolve(spec);
        NspawnPlan plan = planner.plan(resolved);
        Path folder = folder(spec.name());
        Files.createDirectories(folder);
        replace(folder.resolve("before"), "root\t" + resolved.root() + "\n" + SetupStepLines.of(plan.before()));
        replace(folder.resolve("after"), SetupStepLines.of(plan.after()));
        boolean wanted = want(spec.name(), spec.autoStart());
        var variables = new UnitEnvironment(spec.environment());
        boolean _ = replace(folder.resolve(UnitFile.ENVIRONMENT), variables.file());
        String text =
                UnitFile.of(plan, supervisors.current(), folder, variables, resolved.payload(), spec.killSignal());
        return replacePublic(UNITS.resolve(unit(spec.name())), text) || wanted;
    }

    /** Does what systemctl(1) enable --runtime would do; whether that changed anything. */
    private static boolean want(ContainerName container, boolean wanted) throws IOException {
        Path link = WANTS.resolve(unit(container));
        boolean is = Files.exists(link, LinkOption.NOFOLLOW_LINKS);
        if (wanted && !is) {
            Files.createDirectories(WANTS);
            Files.createSymbolicLink(link, UNITS.resolve(unit(container)));
        } else if (!wanted && is) {
            Files.delete(link);
        }
        return wanted != is;
    }

    /** Whether the file had to be written. */
    private static boolean replace(Path file, String text) throws IOException {
        if (Files.exists(file) && isPrivate(file) && Files.readString(file).equals(text)) {
            return false;
        }
        PrivateFiles.write(file, text); // it may hold a container's environment
        return true;
    }

    /** The same for a file that everyone may read: systemd complains of units that others cannot. */
    private static boolean replacePublic(Path file, String text) throws IOException {
        boolean written = !Files.exists(file) || !Files.readString(file).equals(text);
        if (written) {
            PrivateFiles.write(file, text);
        }
        Files.setPosixFilePermissions(file, READ_BY_ALL);
        return written;
    }

    private static boolean isPrivate(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                .endsWith("------");
    }

    /** The programs that no unit refers to; to be deleted once systemd has read the units. */
    List<Path> unusedPrograms() throws IOException {
        return supervisors.unused(UNITS);
    }

    /** Removes the unit and all that belongs to it. */
    void delete(ContainerName container) throws IOException {
        boolean _ = want(container, false);
        Files.deleteIfExists(UNITS.resolve(unit(container)));
        DirectoryTrees.delete(folder(container));
    }

    /** How that run of the unit ended; empty if it has not. */
    Optional<UnitState.UnitExit> ended(ContainerName container, String invocation) throws IOException {
        Path file = folder(container).resolve(invocation).resolve("exit");
        Optional<String> text = read(file);
        return text.isEmpty()
                ? Optional.empty()
                : Optional.of(UnitState.UnitExit.parse(
                        text.get(), Files.getLastModifiedTime(file).toInstant()));
    }

    /** Why that run of the unit could not begin; empty if it could, or if the reason is unknown. */
    Optional<String> failure(ContainerName container, String invocation) throws IOException {
        return read(folder(container).resolve(invocation).resolve("failure"))
                .map(String::strip)
                .map(PrintableText::of);
    }

    private static Optional<String> read(Path file) throws IOException {
        try {
            return Optional.of(Files.readString(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Drops what is kept of a run of the unit. */
    void forget(ContainerName container, String invocation) throws IOException {
        DirectoryTrees.delete(folder(container).resolve(invocation));
    }
}
