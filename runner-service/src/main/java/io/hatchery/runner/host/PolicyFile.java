package io.hatchery.runner.host;

import io.hatchery.spec.json.UnreadableException;
import io.hatchery.spec.policy.HostPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The file of a host's policy, which only root can write. */
public final class PolicyFile {
    /** Where it is by default. */
    public static final Path USUAL = Path.of("/etc/hatchery/policy.yaml");

    private PolicyFile() {}

    /**
     * Reads it.
     *
     * @throws IOException if it cannot be read, if others than root can change it, or if it is not valid, with the line
     */
    public static HostPolicy read(Path file) throws IOException {
        requireRoots(file);
        try (InputStream input = Files.newInputStream(file)) {
            return parse(file, input.readNBytes(HostPolicy.MOST_BYTES + 1));
        }
    }

    /**
     * Reads it without regard to who can change it, for a check that decides nothing.
     *
     * @throws IOException if it cannot be read or is not valid, with the line
     */
    public static HostPolicy readUnchecked(Path file) throws IOException {
        try (InputStream input = Files.newInputStream(file)) {
            return parse(file, input.readNBytes(HostPolicy.MOST_BYTES + 1));
        }
    }

    private static HostPolicy parse(Path file, byte[] yaml) throws IOException {
        try {
            return HostPolicy.read(yaml);
        } catch (UnreadableException e) {
            throw new IOException(
                    "the host's policy " + file + " cannot be read: " + e.getMessage()
                            + "; docs/reference/policy.md lists its keys",
                    e);
        }
    }

    private static void requireRoots(Path file) throws IOException {
        Path real = file.toRealPath();
        if (UnixFiles.isWritableByOthers(real)) {
            throw new IOException("the host's policy " + file + " can be changed by others than root: chown root:root "
                    + real + " and chmod 0644 " + real);
        }
        for (String folder : UnixFiles.changeable(real)) {
            throw new IOException(
                    "the host's policy " + file + " can be replaced by others than root, who can write in " + folder
                            + ": chown root:root " + folder + " and chmod 0755 " + folder);
        }
        if (!Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("the host's policy " + file + " is no file");
        }
    }
}
