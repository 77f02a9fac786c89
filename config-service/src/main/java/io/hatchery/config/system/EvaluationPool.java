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
 * Evaluates and builds NixOS systems with bounded concurrency, each configuration once for all containers that have it. Results are
 * remembered as links, which are garbage collector roots.
 */
public final class EvaluationPool implements Systems, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EvaluationPool.class);

    private static final Duration UNUSED_FOR = Duration.ofDays(1);

    /** Maximum number of remembered nixpkgs fingerprints; authors of definitions choose the paths. */
    private static final int MAX_FINGERPRINTS = 64;

    /**
     * How long a system that was found in the store and copied to the cache is not checked again, because many containers often get the
     * same system at once.
     */
    private static final Duration FOUND_FOR = Duration.ofMinutes(1);

    private static final int MAX_FOUND = 1_000;

    /** Receives the output and results of builds, on any thread. */
    public interface BuildListener {
        /** A build ended; {@code path} is null if it failed. */
        void ended(ContainerName container, Source source, @Nullable String path, Duration took);

        /** An evaluation or build for a container printed lines. */
        void printed(ContainerName container, List<String> lines);
    }

    /**
     * The system that a container waits for.
     *
     * @param since when it was requested
     * @param requestedNanos the same time by {@link System#nanoTime}
     */
    private record SystemRequest(
            ContainerName container,
            long revision,
            String digest,
            SystemSource source,
            Instant since,
            long requestedNanos) {}

    private final NixSettings settings;
    private final NixBuilds builds;
    private final BuildListener listener;
    private final Clock clock;
    private final Semaphore places;
    private final Map<ContainerName, SystemRequest> requests = new HashMap<>();
    private final Map<ContainerName, BuildProgress> ended = new HashMap<>();
    private final Map<ContainerName, Thread> threads = new HashMap<>();
    private final Map<Path, TreeFingerprint> fingerprints = new ConcurrentHashMap<>();
    private final Map<String, SystemBuild> jobs = new HashMap<>();
    private final Map<String, CachedSystem> found = new LinkedHashMap<>();
    private Set<ContainerName> news = new HashSet<>();

    /**
     * A system that is in the store and in the cache.
     *
     * @param at when that was checked, by {@link System#nanoTime}
     */
    private record CachedSystem(String path, long at) {}

    /** Creates an idle pool. */
    public EvaluationPool(NixSettings settings, BuildListener listener, Clock clock) {
        this.settings = settings;
        this.builds = new NixBuilds(settings);
        this.listener = listener;
        this.clock = clock;
        this.places = new Semaphore(settings.limits().concurrency(), true);
    }

    /**
     * Checks that Nix can run as configured, and creates the signing key, so that hosts can trust it before the first build.
     *
     * @throws IOException if the user cannot be used or the key cannot be created
     */
    public void prepare() throws IOException {
        builds.requireUser();
        String reason = NixCommand.isInstalled() ? builds.isolation().reason() : null;
        if (reason != null) {
            LOG.warn("Configurations are evaluated with access to the network: {}", reason);
        }
        if (NixCommand.isInstalled() && settings.cache() != null) {
            builds.requireKey();
        }
    }

    @Override
    public synchronized BuildProgress of(ContainerName container, long revision, SystemSource source) {
        SystemRequest last = requests.get(container);
        String digest = source.digest();
        if (last != null && last.revision() == revision && last.digest().equals(digest)) {
            return ended.getOrDefault(container, new PendingSystem());
        }
        forget(container);
        var request = new SystemRequest(container, revision, digest, source, clock.instant(), System.nanoTime());
        requests.put(container, request);
        threads.put(container, Thread.ofVirtual().name("system of " + container).start(() -> resolve(request)));
        return new PendingSystem();
    }

    @Override
    public synchronized void forget(ContainerName container) {
        requests.remove(container);
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
            // Tried again in an hour; until then the store is larger than necessary.
            LOG.warn("unused systems are not removed: {}", e.toString());
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

    private void resolve(SystemRequest request) {
        try {
            String key = key(request);
            String known = found(key);
            SystemBuild.BuildResult result =
                    known == null ? await(request, key, null) : new SystemBuild.BuildResult(known, Source.CACHED);
            if (result.path() == null) {
                result = await(request, key, request.container());
            }
            String path = String.valueOf(result.path());
            end(request, new SystemReady(path), result.source(), path);
        } catch (InterruptedException | InterruptedIOException e) {
            LOG.info("{}: the evaluation of revision {} is given up", request.container(), request.revision());
        } catch (SystemBuild.BuildFailure e) {
            var problems = e.built()
                    ? SystemFailure.ofBuild(request.container(), request.source(), e.reason(), e.printed())
                    : SystemFailure.ofEvaluation(request.container(), request.source(), e.reason());
            end(request, new Failed(problems), Source.FAILED, null);
        } catch (IOException e) {
            failed(request, e);
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error(
                    "{}: the evaluation of revision {} failed unforeseen", request.container(), request.revision(), e);
            failed(request, new IOException(e.toString(), e));
        }
    }

    private void failed(SystemRequest request, IOException e) {
        end(
                request,
                new Failed(SystemFailure.ofEvaluation(request.container(), request.source(), e)),
                Source.FAILED,
                null);
    }

    /** A key that is equal for requests with the same result; a flake may differ at each revision. */
    private String key(SystemRequest request) throws IOException {
        return switch (request.source()) {
            case SystemSource.Configuration configuration ->
                TreeFingerprint.digest(request.digest() + "\n"
                        + fingerprint(builds.nixpkgs(configuration)).since(request.requestedNanos()));
            case SystemSource.Flake flake -> TreeFingerprint.digest(request.digest() + "\n" + request.revision());
        };
    }

    private TreeFingerprint fingerprint(Path nixpkgs) {
        if (fingerprints.size() >= MAX_FINGERPRINTS) {
            fingerprints.clear(); // computed again on demand
        }
        return fingerprints.computeIfAbsent(nixpkgs, path -> new TreeFingerprint(path));
    }

    /** The system that was checked recently and still has its root; null if there is none. */
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

    private SystemBuild.BuildResult await(SystemRequest request, String key, @Nullable ContainerName name)
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
                            request.source(),
                            name,
                            request.container(),
                            lines -> listener.printed(request.container(), lines)));
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

    private void end(SystemRequest request, BuildProgress progress, Source source, @Nullable String path) {
        synchronized (this) {
            if (!request.equals(requests.get(request.container()))) {
                return;
            }
            ended.put(request.container(), progress);
            news.add(request.container());
        }
        if (progress instanceof Failed(var problems)) {
            listener.printed(
                    request.container(),
                    problems.stream()
                            .map(problem ->
                                    problem.message().lines().findFirst().orElse(""))
                            .toList());
        }
        listener.ended(request.container(), source, path, Duration.between(request.since(), clock.instant()));
    }

    @Override
    public synchronized void close() {
        List.copyOf(threads.keySet()).forEach(this::forget);
    }
}
