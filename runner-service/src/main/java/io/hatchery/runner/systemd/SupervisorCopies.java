package io.hatchery.runner.systemd;

import io.hatchery.runner.files.PrivateFiles;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The copies of {@code hatchery-supervisor} that units call, one per version. An upgrade of the package replaces the program while
 * containers run, so a unit refers to a copy, which stays until systemd has read a unit that refers to a newer one.
 *
 * <p>They are in the runner's data folder: Debian and Ubuntu mount {@code /run} with {@code noexec}.
 */
final class SupervisorCopies {
    private static final String NAME = "hatchery-supervisor-";
    private static final int DIGEST_BYTES = 8;
    private static final int PATIENCE_SECONDS = 10;
    /** The script that units of earlier versions call. */
    private static final String SCRIPT = "unit.pl";

    private final Path folder;
    private final Path script;
    private final Path current;

    /**
     * Copies the program of this version unless there is a copy.
     *
     * @param folder of the copies
     * @param runtime the runner's runtime folder, where earlier versions keep their script
     * @param program {@code hatchery-supervisor} as it is installed
     * @throws IOException if the program is not installed, cannot be copied, or cannot be executed in that folder
     */
    SupervisorCopies(Path folder, Path runtime, Path program) throws IOException {
        if (!Files.isExecutable(program)) {
            throw new IOException(
                    "there is no program " + program + ": install Hatchery again, or build it: mvn package");
        }
        this.folder = PrivateFiles.folder(folder);
        this.script = runtime.resolve(SCRIPT);
        this.current = folder.resolve(NAME + digest(program));
        if (!Files.exists(current) || Files.mismatch(program, current) >= 0) {
            Path fresh = folder.resolve(".new");
            Files.copy(program, fresh, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(fresh, current, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        requireExecutable();
    }

    private static String digest(Path program) throws IOException {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(program));
            return HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Called without arguments, the program prints its usage. */
    private void requireExecutable() throws IOException {
        try {
            Process process = new ProcessBuilder(current.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(current + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while " + current + " was tried");
        } catch (IOException e) {
            throw new IOException(
                    "cannot execute " + current + ": " + e.getMessage()
                            + "; set the runner's data folder to a file system that is mounted without noexec",
                    e);
        }
    }

    /** The copy of this version. */
    Path current() {
        return current;
    }

    /**
     * The programs that none of the units refers to. systemd may still know an earlier text of a unit: they may be deleted once it has
     * read the units again.
     *
     * @param units the folder of the units
     */
    List<Path> unused(Path units) throws IOException {
        var unused = new ArrayList<Path>();
        try (DirectoryStream<Path> copies = Files.newDirectoryStream(folder, file -> !file.equals(current))) {
            copies.forEach(unused::add);
        }
        if (Files.exists(script)) {
            unused.add(script);
        }
        if (unused.isEmpty() || !Files.exists(units)) {
            return unused;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(units, UnitFiles.PREFIX + "*" + UnitFiles.SUFFIX)) {
            for (Path unit : files) {
                String text = Files.readString(unit);
                unused.removeIf(program -> text.contains("/" + program.getFileName() + "\""));
            }
        }
        return unused;
    }
}
