package io.hatchery.runner.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which roots a purge deletes on this host: those below some folders, and those that Hatchery made itself.
 *
 * @param prefixes the folders, absolute
 * @param created what Hatchery made
 */
record PurgePolicy(List<Path> prefixes, CreatedRootRegistry created) {
    PurgePolicy {
        prefixes = List.copyOf(prefixes);
    }

    /**
     * Checks a root, by where links on the way to it lead.
     *
     * @return where they lead, which is to be deleted: a link may lead elsewhere after the check. The root itself if it does not exist.
     * @throws IOException if it is not to be deleted, with what to do instead
     */
    Path checked(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return root;
        }
        Path real = root.toRealPath();
        for (Path prefix : prefixes) {
            if (Files.isDirectory(prefix) && isBelow(real, prefix.toRealPath())) {
                return real;
            }
        }
        if (!real.equals(root) || !created.contains(root)) {
            throw new IOException(
                    "the root " + root + " is not purged: Hatchery did not make it, and it is below none of "
                            + prefixes.stream().map(Path::toString).collect(Collectors.joining(", "))
                            + "; remove it by hand, or add its folder to allow.rootPrefixes in the host's policy");
        }
        return real;
    }

    private static boolean isBelow(Path path, Path folder) {
        return path.startsWith(folder) && !path.equals(folder);
    }
}
