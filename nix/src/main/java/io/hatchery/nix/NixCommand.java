package io.hatchery.nix;

import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A call of a Nix program. It runs once, until it exits, its time limit passes, or the waiting thread is interrupted. */
public final class NixCommand {
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final int STATUS_OF_SIGNALS = 128;
    private static final int TERM = 15;
    private static final int KEPT_NOTES = 4;

    private final List<String> command;
    private final Duration limit;
    private final Consumer<NixLine> onLine;
    private @Nullable Path home;
    private boolean daemon;

    /**
     * Creates a command that has not started.
     *
     * @param command the program and its arguments
     * @param limit its time limit
     * @param onLine receives the lines of its standard error, on another thread
     */
    public NixCommand(List<String> command, Duration limit, Consumer<NixLine> onLine) {
        this.command = new ArrayList<>(command);
        this.command.addAll(List.of("--log-format", "internal-json"));
        this.limit = limit;
        this.onLine = onLine;
    }

    /** Sets the folder of Nix's own caches. */
    public NixCommand home(Path folder) {
        home = folder;
        return this;
    }

    /** Runs as a user, without the privileges of this process; the store is reached through Nix's daemon. */
    public NixCommand as(NixUser user) {
        command.addAll(
                0,
                List.of(
                        "setpriv",
                        "--reuid=" + user.uid(),
                        "--regid=" + user.gid(),
                        "--clear-groups",
                        "--no-new-privs",
                        "--inh-caps=-all",
                        "--bounding-set=-all",
                        "--"));
        return byDaemon();
    }

    /** Reaches the store through Nix's daemon, whose users build. */
    public NixCommand byDaemon() {
        daemon = true;
        return this;
    }

    /** Limits the address space, in bytes; builds of the daemon are not limited. */
    public NixCommand memory(long bytes) {
        command.addAll(0, List.of("prlimit", "--as=" + bytes, "--"));
        return this;
    }

    /** Runs without a network, where this host allows that; what the daemon fetches and builds is not affected. To be called last. */
    public NixCommand within(NetworkIsolation isolation) {
        command.addAll(0, isolation.prefix());
        return this;
    }

    /** Whether this host has Nix. */
    public static boolean isInstalled() {
        return Arrays.stream(
                        System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "nix-store")));
    }

    /**
     * Runs the command.
     *
     * @return its standard output
     * @throws NixFailure if it fails or exceeds its time limit
     * @throws InterruptedIOException if the thread is interrupted; the command is killed then
     */
    public String run() throws IOException {
        // A session of its own: a child that is just being made is ended with the others.
        var words = new ArrayList<>(List.of("setsid"));
        words.addAll(command);
        var builder = new ProcessBuilder(words).redirectInput(new File("/dev/null"));
        Map<String, String> environment = builder.environment();
        environment.remove("NIX_PATH");
        environment.keySet().removeIf(name -> name.startsWith("HATCHERY_")); // which may hold passwords
        if (daemon) {
            environment.put("NIX_REMOTE", "daemon");
        }
        if (home != null) {
            environment.put("HOME", home.toString());
            environment.put("XDG_CACHE_HOME", home.resolve("cache").toString());
        }
        var failures = new ArrayList<NixLine.NixError>();
        var notes = new ArrayDeque<String>();
        Process process = builder.start();
        Thread errors = Thread.ofVirtual().start(() -> listen(process, failures, notes));
        var output = new StringBuilder();
        Thread out = Thread.ofVirtual().start(() -> collect(process, output));
        try {
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                end(process);
            }
            errors.join();
            out.join();
            if (!ended) {
                throw new NixFailure(program() + " did not end within " + limit.toSeconds() + " s", List.of());
            }
        } catch (InterruptedException e) {
            end(process);
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException(program() + " is given up").initCause(e);
        }
        if (process.exitValue() != 0) {
            throw new NixFailure(format(process.exitValue(), failures, notes), failures);
        }
        return output.toString();
    }

    private void listen(Process process, List<NixLine.NixError> failures, Deque<String> notes) {
        lines(process.errorReader(StandardCharsets.UTF_8).lines(), text -> {
            NixLine line = NixLineReader.read(text);
            if (line instanceof NixLine.NixError failure) {
                failures.add(failure);
            } else if (line instanceof NixLine.Note(String words)) {
                notes.add(words.replaceFirst("^(warning|error): ", ""));
                if (notes.size() > KEPT_NOTES) {
                    notes.remove();
                }
            }
            onLine.accept(line);
        });
    }

    private static void collect(Process process, StringBuilder output) {
        lines(
                process.inputReader(StandardCharsets.UTF_8).lines(),
                line -> output.append(line).append('\n'));
    }

    /** Reads until the pipe is closed or broken; the exit status shows a failure. */
    private static void lines(Stream<String> lines, Consumer<String> each) {
        try (lines) {
            lines.forEach(each);
        } catch (UncheckedIOException e) {
            each.accept("its output ended early: " + e.getMessage());
        }
    }

    private String program() {
        return command.stream()
                .filter(word -> word.startsWith("nix"))
                .findFirst()
                .orElse(command.getFirst());
    }

    /** The last lines of output; the reason of a failure often precedes the last line. */
    private String format(int status, List<NixLine.NixError> failures, Deque<String> notes) {
        if (!failures.isEmpty()) {
            return Stream.concat(notes.stream(), failures.stream().map(NixLine.NixError::words))
                    .distinct()
                    .collect(Collectors.joining("; "));
        }
        boolean killed = status > STATUS_OF_SIGNALS && status != STATUS_OF_SIGNALS + TERM;
        return program()
                + (killed ? " was ended by signal " + (status - STATUS_OF_SIGNALS) : " ended with status " + status)
                + (notes.isEmpty() ? ", without a word of why" : ": " + String.join("; ", notes))
                + (killed ? "; it may have needed more memory than it is allowed" : "");
    }

    private void end(Process process) {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        signalSession(process, "TERM");
        try {
            if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        signalSession(process, "KILL");
        children.forEach(ProcessHandle::destroyForcibly);
    }

    /** Signals all processes that the command has started and that made no session of their own. */
    private void signalSession(Process process, String signal) {
        try {
            var _ = new ProcessBuilder("sh", "-c", "kill -s " + signal + " -- -" + process.pid())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            onLine.accept(new NixLine.Note("the processes of " + program() + " are not signalled: " + e.getMessage()));
        }
    }
}
