package io.hatchery.runner.logs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Files of a console as the supervisor leaves them. */
final class WrittenConsole {
    private final ConsoleFiles files;
    private final int half;
    private long lines;
    private long before;
    private long olderInode;
    private long olderBefore;

    WrittenConsole(Path folder, int half) throws IOException {
        this.files = new ConsoleFiles(folder.resolve("web.log"));
        this.half = half;
        Files.createFile(files.current());
        record();
    }

    ConsoleFiles files() {
        return files;
    }

    /** How many lines were written. */
    long lines() {
        return lines;
    }

    void print(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (Files.size(files.current()) + bytes.length > half) {
            rotate();
        }
        Files.write(files.current(), bytes, StandardOpenOption.APPEND);
        lines += text.chars().filter(c -> c == '\n').count();
    }

    void rotate() throws IOException {
        olderInode = ConsoleFiles.inode(files.current()).orElseThrow();
        olderBefore = before;
        Files.move(files.current(), files.older(), StandardCopyOption.REPLACE_EXISTING);
        Files.createFile(files.current());
        before = lines;
        record();
    }

    private void record() throws IOException {
        Files.writeString(
                Path.of(files.current() + ".lines"),
                "%020d %020d\n%020d %020d\n"
                        .formatted(ConsoleFiles.inode(files.current()).orElseThrow(), before, olderInode, olderBefore));
    }

    void remove() throws IOException {
        Files.delete(files.current());
        Files.deleteIfExists(files.older());
        Files.delete(Path.of(files.current() + ".lines"));
    }
}
