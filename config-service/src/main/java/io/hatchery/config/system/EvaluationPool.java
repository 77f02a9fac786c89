package io.hatchery.config.system;

import io.hatchery.nix.NixCommand;
import io.hatchery.protocol.FleetEvent.Source;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.SystemSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evaluates and builds so many systems at a time, each configuration once for all containers that have it, and remembers what came of
 * it in links that also keep it in the store.
 */
public final class EvaluationPool implements Systems, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EvaluationPool.class);

    private static final Duration UNUSED_FOR = Duration.ofDays(1);

    /** How many nixpkgs are remembered; authors of definitions choose them. */
    private static final int MAX_FINGERPRINTS = 64;

    /**
     * How long a system that was found in the store and copied to the cache is not looked for again: many containers that get the
     * same one are looked after at once.
     */
    private static final Duration FOUND_FOR = Duration.ofMinutes(1);

    private static final int MAX_FOUND = 1_000;

    /** Is told what goes on, from any thread. */
    public interface BuildListener {
        /** A container has its system, or will not have it; {@code path} is null then. */
        void ended(ContainerName container, Source source, @Nullable String path, Duration took);

        /** Lines that an evaluation or a build for that container printed. */
        void said(ContainerName container, List<String> lines);
    }

    /**
     * What a container waits for.
     *
     * @param since when it was asked for
     * @param asked the same, as {@link System#nanoTime} tells it
     */
    private record Want(
            ContainerName container, long revision, String digest, SystemSource source, Instant since, long asked) {}

    private final NixSettings settings;
    private final NixBuilds builds;
    private final BuildListener listener;
    private final Clock clock;
    private final Semaphore places;
    private final Map<ContainerName, Want> wants = new HashMap<>();
    private final Map<ContainerName, BuildProgress> ended = new HashMap<>();
    private final Map<ContainerName, Thread> threads = new HashMap<>();
    private final Map<Path, TreeFingerprint> fingerprints = new ConcurrentHashMap<>();
    private final Map<String, SystemBuild> jobs = new HashMap<>();
    private final Map<String, CachedSystem> found = new LinkedHashMap<>();
    private Set<ContainerName> news = new HashSet<>();

    /**
     * A system that is in the store and in the cache.
     *
     * @param at when that was seen, as {@link System#nanoTime} tells it
     */
    private record CachedSystem(String path, long at) {}

    /** Has nothing to do yet. */
    public EvaluationPool(NixSettings settings, BuildListener listener, Clock clock) {
        this.settings = settings;
        this.builds = new NixBuilds(settings);
        this.listener = listener;
        this.clock = clock;
        this.places = new Semaphore(settings.limits().concurrency(), true);
    }

    /**
     * Makes sure that Nix can run as it is configured, and that there is a key to sign with, for those who want to trust it before
     * there is anything to trust.
     *
     * @throws IOException if the user cannot be used or the key cannot be made
     */
    public void prepare() throws IOException {
        builds.requireUser();
        if (NixCommand.isInstalled() && settings.cache() != null) {
            builds.requireKey();
        }
    }

    @Override
    public synchronized BuildProgress of(ContainerName container, long revision, SystemSource source) {
        Want last = wants.get(container);
        String digest = source.digest();
        if (last != null && last.revision() == revision && last.digest().equals(digest)) {
            return ended.getOrDefault(container, new PendingSystem());
        }
        forget(container);
        var want = new Want(container, revision, digest, source, clock.instant(), System.nanoTime());
        wants.put(container, want);
        threads.put(container, Thread.ofVirtual().name("system of " + container).start(() -> resolve(want)));
        return new PendingSystem();
    }

    @Override
    public synchronized void forget(ContainerName container) {
        wants.remove(container);
        ended.remove(container);
        Thread thread = threads.remove(container);
        if (thread != null) {
            thread.interrupt();
        }
    }

    @Override
    public void keep(Set<String> paths) {
        Path folder = links();
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (var links = Files.list(folder)) {
            for (Path link : links.filter(Files::isSymbolicLink).toList()) {
                Instant made = Files.getLastModifiedTime(link, LinkOption.NOFOLLOW_LINKS)
                        .toInstant();
                if (made.isBefore(clock.instant().minus(UNUSED_FOR))
                        && !paths.contains(Files.readSymbolicLink(link).toString())) {
                    Files.delete(link);
                    LOG.info("{} is nobody's any more: Nix may collect what it points to", link.getFileName());
                }
            }
        } catch (IOException e) {
            // They are looked at again in an hour; until then the store is fuller than it need be.
            LOG.warn("unused systems are not let go: {}", e.toString());
        }
    }

    private Path links() {
        return settings.folder().resolve("systems");
    }

    @Override
    public synchronized Set<ContainerName> news() {
        Set<ContainerName> now = news;
        news = new HashSet<>();
        return now;
    }

    private void resolve(Want want) {
        try {
            String key = key(want);
            String known = found(key);
            SystemBuild.BuildResult result =
                    known == null ? await(want, key, null) : new SystemBuild.BuildResult(known, Source.CACHED);
            if (result.path() == null) {
                result = await(want, key, want.container());
            }
            String path = String.valueOf(result.path());
            end(want, new SystemReady(path), result.source(), path);
        } catch (InterruptedException | InterruptedIOException e) {
            LOG.info("{}: the evaluation of revision {} is given up", want.container(), want.revision());
        } catch (SystemBuild.BuildFailure e) {
            var problems = e.built()
                    ? SystemFailure.ofBuild(want.container(), want.source(), e.reason(), e.printed())
                    : SystemFailure.ofEvaluation(want.container(), want.source(), e.reason());
            end(want, new Failed(problems), Source.FAILED, null);
        } catch (IOException e) {
            failed(want, e);
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("{}: the evaluation of revision {} failed unforeseen", want.container(), want.revision(), e);
            failed(want, new IOException(e.toString(), e));
        }
    }

    private void failed(Want want, IOException e) {
        end(want, new Failed(SystemFailure.ofEvaluation(want.container(), want.source(), e)), Source.FAILED, null);
    }

    /** The same for what gives the same system; a flake may be another at each revision of the definition. */
    private String key(Want want) throws IOException {
        return switch (want.source()) {
            case SystemSource.Configuration configuration ->
                TreeFingerprint.digest(want.digest() + "\n"
                        + fingerprint(builds.nixpkgs(configuration)).since(want.asked()));
            case SystemSource.Flake flake -> TreeFingerprint.digest(want.digest() + "\n" + want.revision());
        };
    }

    private TreeFingerprint fingerprint(Path nixpkgs) {
        if (fingerprints.size() >= MAX_FINGERPRINTS) {
            fingerprints.clear(); // they are made again when they are asked for
        }
        return fingerprints.computeIfAbsent(nixpkgs, path -> new TreeFingerprint(path));
    }

    /** The system that was found lately and is kept in the store still; null if none was. */
    private synchronized @Nullable String found(String key) throws IOException {
        CachedSystem last = found.get(key);
        if (last == null || System.nanoTime() - last.at() >= FOUND_FOR.toNanos()) {
            return null;
        }
        Path link = links().resolve(key);
        boolean isKept = Files.isSymbolicLink(link)
                && Files.readSymbolicLink(link).toString().equals(last.path())
                && Files.exists(link);
        return isKept ? last.path() : null;
    }

    private synchronized void found(String key, String path) {
        found.remove(key);
        found.put(key, new CachedSystem(path, System.nanoTime()));
        if (found.size() > MAX_FOUND) {
            found.remove(found.keySet().iterator().next());
        }
    }

    private SystemBuild.BuildResult await(Want want, String key, @Nullable ContainerName name)
            throws InterruptedException, SystemBuild.BuildFailure {
        String full = name == null ? key : key + "-" + name;
        SystemBuild job;
        boolean first;
        synchronized (this) {
            first = !jobs.containsKey(full);
            job = jobs.computeIfAbsent(
                    full,
                    k -> new SystemBuild(
                            builds,
                            links().resolve(full),
                            want.source(),
                            name,
                            want.container(),
                            lines -> listener.said(want.container(), lines)));
            job.join();
            if (first) {
                Thread.ofVirtual().name("build " + full).start(() -> job.run(places));
            }
        }
        try {
            SystemBuild.BuildResult result = job.result().get();
            if (name == null && result.path() != null) {
                found(key, result.path());
            }
            return first || result.source() == Source.CACHED
                    ? result
                    : new SystemBuild.BuildResult(result.path(), Source.SHARED);
        } catch (CancellationException e) {
            throw (InterruptedException) new InterruptedException("it was given up").initCause(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SystemBuild.BuildFailure failure
                    ? failure
                    : new SystemBuild.BuildFailure(new IOException(String.valueOf(e.getCause()), e.getCause()));
        } finally {
            synchronized (this) {
                if (job.leave()) {
                    jobs.remove(full, job);
                }
            }
        }
    }

    private void end(Want want, BuildProgress progress, Source source, @Nullable String path) {
        synchronized (this) {
            if (!want.equals(wants.get(want.container()))) {
                return;
            }
            ended.put(want.container(), progress);
            news.add(want.container());
        }
        if (progress instanceof Failed(var problems)) {
            listener.said(
                    want.container(),
                    problems.stream()
                            .map(problem ->
                                    problem.message().lines().findFirst().orElse(""))
                            .toList());
        }
        listener.ended(want.container(), source, path, Duration.between(want.since(), clock.instant()));
    }

    @Override
    public synchronized void close() {
        List.copyOf(threads.keySet()).forEach(this::forget);
    }
}
