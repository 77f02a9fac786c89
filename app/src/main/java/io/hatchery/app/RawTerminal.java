package io.hatchery.app;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A terminal in raw mode on the alternate screen; closing restores its mode and content. */
final class RawTerminal implements AutoCloseable {
    private static final String ENTER = "\033[?1049h\033[?25l";
    private static final String LEAVE = "\033[?25h\033[?1049l";
    private static final long SIZE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_STTY_SECONDS = 5;
    private static final int DEFAULT_ROWS = 24;
    private static final int DEFAULT_COLUMNS = 80;

    private final @Nullable String before;
    private final Thread atExit = new Thread(this::restore, "hatchery-terminal");
    private int rows = DEFAULT_ROWS;
    private int columns = DEFAULT_COLUMNS;
    private long sizeAt = System.nanoTime() - SIZE_NANOS;

    private RawTerminal(@Nullable String before) {
        this.before = before;
    }

    /** Switches the terminal to raw mode; without stty, keys arrive after a line feed only. */
    static RawTerminal open() {
        String before = stty("-g");
        if (before != null) {
            stty("-icanon", "-echo", "min", "1");
        }
        var terminal = new RawTerminal(before);
        Runtime.getRuntime().addShutdownHook(terminal.atExit);
        System.out.print(ENTER);
        return terminal;
    }

    /** Shows a text, cropped to the terminal as it is now. */
    synchronized void show(String text) {
        if (System.nanoTime() - sizeAt >= SIZE_NANOS) {
            readSize();
        }
        var screen = new StringBuilder("\033[H");
        List<String> lines = ScreenLayout.crop(text, rows, columns);
        for (int i = 0; i < lines.size(); i++) {
            screen.append(lines.get(i)).append("\033[K").append(i < lines.size() - 1 ? "\r\n" : "");
        }
        System.out.print(screen.append("\033[J"));
        System.out.flush();
    }

    private void readSize() {
        sizeAt = System.nanoTime();
        String size = stty("size");
        if (size != null && size.matches("[1-9]\\d{0,4} [1-9]\\d{0,4}")) {
            String[] sides = size.split(" ");
            rows = Integer.parseInt(sides[0]);
            columns = Integer.parseInt(sides[1]);
        }
    }

    private void restore() {
        System.out.print(LEAVE);
        System.out.flush();
        if (before != null) {
            stty(before);
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atExit);
        restore();
    }

    /** Runs stty; null if it is missing or fails. */
    private static @Nullable String stty(String... arguments) {
        var command = new ArrayList<String>(List.of("stty"));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            return process.waitFor(LONGEST_STTY_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0 ? output : null;
        } catch (IOException e) {
            return null; // no stty, or no controlling terminal: the default size is used
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
