package io.hatchery.runner.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A host's Nix store. Blocks. */
public interface Store {
    /**
     * How far a path's closure is here.
     *
     * @param paths how many store paths came
     * @param pathsExpected of how many, as far as that is known
     * @param bytes how many bytes of their archives came
     * @param bytesExpected of how many, as far as that is known
     */
    record FetchProgress(long paths, long pathsExpected, long bytes, long bytesExpected) {}

    /** That a path is not there and cannot be fetched, whenever it is tried, until someone has done something on the host. */
    final class Unable extends IOException {
        private static final long serialVersionUID = 1;

        Unable(String message) {
            super(message);
        }
    }

    /**
     * Gets a path with all that it refers to, whose signatures are checked, and keeps it for as long as that link is there.
     *
     * @param onProgress is called on any thread
     * @throws Unable if it is of no use to try that again soon
     * @throws IOException with words for an operator
     */
    void realise(String path, Path link, Consumer<FetchProgress> onProgress) throws IOException;
}
