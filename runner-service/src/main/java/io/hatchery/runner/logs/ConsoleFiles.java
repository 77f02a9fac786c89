package io.hatchery.runner.logs;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The files of a console, which the supervisor writes: the current one, the one before it ({@code .1}), and how many lines came before each
 * ({@code .lines}).
 *
 * @param current the path of the current file
 */
record ConsoleFiles(Path current) {
    private static final Pattern LINES = Pattern.compile("(\\d{1,20}) (\\d{1,20})\n(\\d{1,20}) (\\d{1,20})\n");

    /** An open file, and which it is. */
    record OpenFile(FileChannel channel, long inode) {}

    Path older() {
        return Path.of(current + ".1");
    }

    /** The inode of a file; empty if there is none. */
    static OptionalLong inode(Path file) throws IOException {
        try {
            return OptionalLong.of(((Number) Files.getAttribute(file, "unix:ino")).longValue());
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        }
    }

    /** Opens a file; empty if there is none, or it was replaced meanwhile: then it is opened with the next attempt. */
    static Optional<OpenFile> open(Path file) throws IOException {
        OptionalLong before = inode(file);
        if (before.isEmpty()) {
            return Optional.empty();
        }
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (inode(file).equals(before)) {
            return Optional.of(new OpenFile(channel, before.getAsLong()));
        }
        channel.close();
        return Optional.empty();
    }

    /** How many lines of the console came before that file; -1 if the supervisor has not recorded it, as an old one does. */
    long linesBefore(long inode) throws IOException {
        String text;
        try {
            text = Files.readString(Path.of(current + ".lines"));
        } catch (NoSuchFileException e) {
            return -1;
        }
        var found = LINES.matcher(text);
        if (!found.matches()) {
            return -1;
        }
        for (int file = 1; file <= 3; file += 2) {
            if (number(found.group(file)) == inode) {
                return number(found.group(file + 1));
            }
        }
        return -1;
    }

    private static long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return -1; // no inode that Java reads is that large
        }
    }

    /** When the file with that inode was written last; empty if it is gone. */
    Optional<Instant> writtenAt(long inode) throws IOException {
        for (Path file : new Path[] {current, older()}) {
            OptionalLong found = inode(file);
            if (found.isPresent() && found.getAsLong() == inode) {
                try {
                    return Optional.of(Files.getLastModifiedTime(file).toInstant());
                } catch (NoSuchFileException e) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }
}
