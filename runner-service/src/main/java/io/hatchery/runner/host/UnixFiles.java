package io.hatchery.runner.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Owners and modes of files: inode(7). */
final class UnixFiles {
    private static final int OTHERS_WRITE = 0022;
    private static final int STICKY = 01000;
    private static final int TYPE = 0170000;
    private static final int SOCKET = 0140000;
    private static final int OTHERS_ENTER = 0001;
    private static final int GROUP_ENTER = 0010;

    private UnixFiles() {}

    static int mode(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    }

    static int owner(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    static boolean isSocket(Path path) throws IOException {
        return (mode(path) & TYPE) == SOCKET;
    }

    /** Whether others than root may change a file or what is in a folder. */
    static boolean isWritableByOthers(Path path) throws IOException {
        return owner(path) != 0 || (mode(path) & OTHERS_WRITE) != 0;
    }

    /** The folders above a path without links in which others than root can replace the next part of it. */
    static List<String> changeable(Path real) throws IOException {
        var folders = new ArrayList<String>();
        Path below = real;
        for (Path folder = real.getParent(); folder != null; folder = folder.getParent()) {
            // In a folder with the sticky bit, a file is replaced by its owner and the folder's.
            boolean isKept = owner(folder) == 0
                    && (mode(folder) & STICKY) != 0
                    && Files.exists(below, LinkOption.NOFOLLOW_LINKS)
                    && owner(below) == 0;
            if (isWritableByOthers(folder) && !isKept) {
                folders.add(folder.toString());
            }
            below = folder;
        }
        return folders;
    }

    /** Whether root alone enters a folder above a path, so that no other user reaches it. */
    static boolean isClosed(Path path) throws IOException {
        for (Path folder = path.getParent(); folder != null; folder = folder.getParent()) {
            int mode = mode(folder);
            boolean byGroup = (mode & GROUP_ENTER) != 0
                    && (int) Files.getAttribute(folder, "unix:gid", LinkOption.NOFOLLOW_LINKS) != 0;
            if (owner(folder) == 0 && (mode & OTHERS_ENTER) == 0 && !byGroup) {
                return true;
            }
        }
        return false;
    }

    /** The path without links; of one that is not there, its last existing folder's with the rest. */
    static Path realPath(Path path) throws IOException {
        try {
            return path.toRealPath();
        } catch (NoSuchFileException e) {
            Path parent = path.getParent();
            // A link that leads nowhere would lead somewhere later.
            if (parent == null || Files.isSymbolicLink(path)) {
                throw e;
            }
            return realPath(parent).resolve(path.getFileName());
        }
    }
}
