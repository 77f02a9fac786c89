package io.hatchery.nix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An unprivileged user that runs Nix's programs in place of root.
 *
 * @param name of the user
 * @param uid the user's number
 * @param gid the number of the user's group
 * @param folder the user's home directory
 */
public record NixUser(String name, int uid, int gid, Path folder) {
    /** The default user. */
    public static final String USUAL = "hatchery-nix";

    /** The configuration value for the user of this process. */
    public static final String NONE = "none";

    private static final Path SOCKET = Path.of("/nix/var/nix/daemon-socket/socket");
    private static final Path PASSWD = Path.of("/etc/passwd");
    private static final int FIELDS = 7;
    private static final int FOLDER = 5;

    /**
     * The user of a configuration.
     *
     * @param configured a name, {@link #NONE}, or empty for {@link #USUAL} if this process is root's, that user is there and Nix's
     *     daemon listens
     * @return empty for this process's own user
     * @throws IOException if the one that is named cannot be used
     */
    public static Optional<NixUser> resolve(String configured) throws IOException {
        if (configured.equals(NONE)) {
            return Optional.empty();
        }
        boolean root = Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        if (configured.isEmpty()) {
            return root && listens() ? find(USUAL) : Optional.empty();
        }
        String wrong = "config.nix-user is '" + configured + "', ";
        NixUser user = find(configured)
                .orElseThrow(() ->
                        new IOException(wrong + "and /etc/passwd has no such user: create it, or set the key to none"));
        if (!root && !System.getProperty("user.name", "").equals(configured)) {
            throw new IOException(
                    wrong + "and only root can run programs as another user: start the config-service as root or as "
                            + configured + ", or set the key to none");
        }
        if (root && !listens()) {
            throw new IOException(wrong + "and reaches the store through Nix's daemon, which does not listen at "
                    + socket() + ": start nix-daemon.socket, or set the key to none");
        }
        return root ? Optional.of(user) : Optional.empty();
    }

    private static Path socket() {
        return Optional.ofNullable(System.getenv("NIX_DAEMON_SOCKET_PATH"))
                .map(Path::of)
                .orElse(SOCKET);
    }

    private static boolean listens() {
        return Files.exists(socket());
    }

    private static Optional<NixUser> find(String name) throws IOException {
        for (String line : Files.readAllLines(PASSWD)) {
            String[] fields = line.split(":", -1);
            if (fields.length == FIELDS && fields[0].equals(name)) {
                return Optional.of(new NixUser(
                        name, Integer.parseInt(fields[2]), Integer.parseInt(fields[3]), Path.of("/" + fields[FOLDER])));
            }
        }
        return Optional.empty();
    }

    /** The folder of the user's Nix caches; empty if it has none. */
    public Optional<Path> home() throws IOException {
        boolean own = Files.isDirectory(folder) && Integer.valueOf(uid).equals(Files.getAttribute(folder, "unix:uid"));
        return own ? Optional.of(folder) : Optional.empty();
    }

    /** Changes the owner of a folder and its content to the user. */
    public void own(Path tree) throws IOException {
        try (var files = Files.walk(tree)) {
            for (Path file : files.toList()) {
                Files.setAttribute(file, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(file, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }
}
