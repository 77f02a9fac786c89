package io.hatchery.app;

import io.hatchery.protocol.session.SessionProtocol.TerminalSize;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The user's terminal during a session: every key goes to the session. Closing restores it. */
final class SessionTerminal implements AutoCloseable {
    private static final long LONGEST_STTY_SECONDS = 5;

    private final @Nullable String before;
    private final Thread atExit = new Thread(this::restore, "hatchery-terminal");

    private SessionTerminal(@Nullable String before) {
        this.before = before;
    }

    /** Takes the terminal; does nothing if there is none. */
    static SessionTerminal open() {
        var terminal = new SessionTerminal(stty("-g").orElse(null));
        if (terminal.before != null) {
            Runtime.getRuntime().addShutdownHook(terminal.atExit);
            var _ = stty("raw", "-echo");
        }
        return terminal;
    }

    /** The present size; empty if there is no terminal. */
    static Optional<TerminalSize> size() {
        return stty("size")
                .filter(size -> size.matches("[1-9]\\d{0,4} [1-9]\\d{0,4}"))
                .map(size -> {
                    String[] sides = size.split(" ");
                    return new TerminalSize(
                            Math.min(Integer.parseInt(sides[1]), 65_535), Math.min(Integer.parseInt(sides[0]), 65_535));
                });
    }

    private void restore() {
        if (before != null) {
            var _ = stty(before);
        }
    }

    @Override
    public void close() {
        if (before != null) {
            Runtime.getRuntime().removeShutdownHook(atExit);
            restore();
        }
    }

    /** The output of stty(1); empty if it is missing or there is no terminal. */
    private static Optional<String> stty(String... arguments) {
        var command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            return process.waitFor(LONGEST_STTY_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0
                    ? Optional.of(output)
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // no stty, or no controlling terminal
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
