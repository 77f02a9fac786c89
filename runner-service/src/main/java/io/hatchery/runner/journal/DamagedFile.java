package io.hatchery.runner.journal;

import java.io.IOException;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file, or a part of one, that cannot be read. It is kept beside the original, and the runner starts without it. */
public final class DamagedFile {
    private static final Logger LOG = LoggerFactory.getLogger(DamagedFile.class);
    private static final String SUFFIX = ".damaged";

    /** Maximum of bytes that are kept. */
    private static final int MOST_BYTES = 1 << 20;

    private DamagedFile() {}

    /** The number of damaged files in a folder, without its subfolders. */
    public static int count(Disk disk, String folder) throws IOException {
        return (int)
                disk.list(folder).stream().filter(name -> name.endsWith(SUFFIX)).count();
    }

    /**
     * Keeps the bytes as {@code <file>.damaged}, which it replaces.
     *
     * @param consequence what the runner does without the file, for the log
     */
    static void setAside(Disk disk, String file, byte[] bytes, String reason, String consequence) throws IOException {
        LOG.error("{} cannot be read and is kept as {}{}: {}. {}", file, file, SUFFIX, reason, consequence);
        disk.replace(file + SUFFIX, bytes.length <= MOST_BYTES ? bytes : Arrays.copyOf(bytes, MOST_BYTES));
    }
}
