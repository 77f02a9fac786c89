package io.hatchery.runner.nspawn;

import io.hatchery.protocol.Exit;
import io.hatchery.runner.process.ProcessRef;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The folder in which the shim of a run writes down what it learns; {@code shim.pl} says what each file means.
 *
 * @param path the folder
 */
record RunDirectory(Path path) {
    Optional<ProcessRef> shim() throws IOException {
        return read("shim").map(ProcessRef::parse);
    }

    Optional<ProcessRef> leader() throws IOException {
        return read("leader").map(ProcessRef::parse);
    }

    boolean isReady() {
        return Files.exists(path.resolve("ready"));
    }

    Optional<Exit> exit() throws IOException {
        Optional<String> status = read("exit");
        if (status.isEmpty()) {
            return Optional.empty();
        }
        var at = Files.getLastModifiedTime(path.resolve("exit")).toInstant();
        return Optional.of(new Exit(Integer.parseInt(status.get()), at));
    }

    /** Makes sure that the run never begins, if it has not. */
    boolean preventBeginning() throws IOException {
        Files.createDirectories(path);
        try {
            Files.createDirectory(path.resolve("claim"));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    /** Notes, before the run begins, that nspawn will make a copy of its root. */
    void noteCopied(Path root) throws IOException {
        Files.writeString(path.resolve("copied"), root.toString());
    }

    /** The root that nspawn made a copy of; empty if it runs from its root itself. */
    Optional<Path> copied() throws IOException {
        return read("copied").map(Path::of);
    }

    boolean hasBegun() {
        return Files.exists(path.resolve("claim"));
    }

    private Optional<String> read(String name) throws IOException {
        try {
            return Optional.of(Files.readString(path.resolve(name)).strip());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }
}
