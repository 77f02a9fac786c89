package io.hatchery.config.system;

import io.hatchery.nix.NixFailure;
import io.hatchery.nix.NixLine;
import io.hatchery.protocol.FleetEvent.Source;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.SystemSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One evaluation and build for all containers that wait for it; cancelled when no container waits. */
final class SystemBuild {
    /**
     * The result.
     *
     * @param path the system; null if it depends on the name of its container, and none was given
     */
    record BuildResult(@Nullable String path, Source source) {}

    /** A failure. */
    static final class BuildFailure extends Exception {
        private static final long serialVersionUID = 1;

        private final IOException reason;
        private final transient List<String> printed;
        private final boolean built;

        /** The evaluation failed. */
        BuildFailure(IOException reason) {
            super(reason);
            this.reason = reason;
            this.printed = List.of();
            this.built = false;
        }

        /**
         * The build, or the copy to the cache, failed.
         *
         * @param printed the last lines that builders printed
         */
        BuildFailure(IOException reason, List<String> printed) {
            super(reason);
            this.reason = reason;
            this.printed = List.copyOf(printed);
            this.built = true;
        }

        List<String> printed() {
            return printed;
        }

        IOException reason() {
            return reason;
        }

        boolean built() {
            return built;
        }
    }

    private final NixBuilds builds;
    private final Path link;
    private final SystemSource source;
    private final @Nullable ContainerName name;
    private final ContainerName example;
    private final LogLines log;
    private final CompletableFuture<BuildResult> result = new CompletableFuture<>();
    private int waiting;
    private @Nullable Thread thread;

    /**
     * Creates a build that has not started.
     *
     * @param link the garbage collector root of the system, which also records the result
     * @param name the container; null for a system that any container with this source can have
     * @param example a container with this source
     */
    SystemBuild(
            NixBuilds builds,
            Path link,
            SystemSource source,
            @Nullable ContainerName name,
            ContainerName example,
            Consumer<List<String>> log) {
        this.builds = builds;
        this.link = link;
        this.source = source;
        this.name = name;
        this.example = example;
        this.log = new LogLines(log);
    }

    CompletableFuture<BuildResult> result() {
        return result;
    }

    synchronized void join() {
        waiting++;
    }

    /** Whether no container waits. */
    synchronized boolean leave() {
        waiting--;
        if (waiting == 0 && thread != null) {
            thread.interrupt();
        }
        return waiting == 0;
    }

    void run(Semaphore places) {
        synchronized (this) {
            if (waiting == 0) {
                result.cancel(false);
                return;
            }
            thread = Thread.currentThread();
        }
        try {
            BuildResult known = known();
            if (known == null) {
                places.acquire();
                try {
                    known = make();
                } finally {
                    places.release();
                }
            }
            result.complete(known);
        } catch (InterruptedException | InterruptedIOException e) {
            result.cancel(false);
        } catch (BuildFailure e) {
            result.completeExceptionally(e);
        } catch (IOException | RuntimeException e) {
            result.completeExceptionally(
                    new BuildFailure(e instanceof IOException io ? io : new IOException(e.toString(), e)));
        } finally {
            log.end();
            synchronized (this) {
                thread = null;
            }
        }
    }

    /** The result of an earlier build; null if there was none or the system no longer exists. */
    private @Nullable BuildResult known() throws IOException {
        if (Files.exists(mark())) {
            return new BuildResult(null, Source.CACHED);
        }
        if (!Files.isSymbolicLink(link)) {
            return null;
        }
        String path = Files.readSymbolicLink(link).toString();
        if (!Files.exists(link) || !builds.isValid(path)) {
            return null;
        }
        builds.copy(path, log::hear);
        return new BuildResult(path, Source.CACHED);
    }

    private Path mark() {
        return link.resolveSibling(link.getFileName() + ".by-name");
    }

    private BuildResult make() throws IOException, BuildFailure {
        log.append("evaluating");
        NixBuilds.EvaluatedSystem evaluated;
        try {
            evaluated = builds.evaluate(source, name, example, log::hear);
        } catch (NixFailure e) {
            if (name == null && isAboutItsName(e)) {
                return new BuildResult(null, Source.EVALUATED);
            }
            throw new BuildFailure(e);
        }
        if (name == null && source instanceof SystemSource.Configuration && builds.isMadeOf(evaluated, log::hear)) {
            Files.createDirectories(link.getParent());
            Files.writeString(mark(), "");
            return new BuildResult(null, Source.EVALUATED);
        }
        try {
            log.append("building " + evaluated.output());
            builds.build(evaluated, link, log::hear);
            builds.copy(evaluated.output(), log::hear);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            throw new BuildFailure(e, log.last());
        }
        log.append("built " + evaluated.output());
        return new BuildResult(evaluated.output(), Source.EVALUATED);
    }

    /** Whether an error mentions the host name: a configuration may need a real one. */
    private static boolean isAboutItsName(NixFailure e) {
        return e.failures().stream()
                .anyMatch(error -> mentionsName(error) || error.trace().stream().anyMatch(SystemBuild::mentionsName));
    }

    private static boolean mentionsName(NixLine.NixError error) {
        return error.words().contains("hostName") || error.words().contains("hatchery-container-name");
    }
}
