package io.hatchery.runner.direct;

import io.hatchery.runner.plan.PrintableText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The last output of a program, at most {@value #MOST_BYTES} bytes, read while the program runs. */
final class OutputTail {
    private static final int MOST_BYTES = 4096;

    private final Thread reader;
    private byte[] tail = {};

    private OutputTail(InputStream output) {
        this.reader = Thread.ofVirtual().name("hatchery-output").start(() -> read(output));
    }

    /** Begins to read, until the end of the output. */
    static OutputTail of(InputStream output) {
        return new OutputTail(output);
    }

    private void read(InputStream output) {
        byte[] part = new byte[MOST_BYTES];
        try (output) {
            for (int count = output.read(part); count >= 0; count = output.read(part)) {
                add(part, count);
            }
        } catch (IOException e) {
            byte[] error = ("\nits output cannot be read: " + e.getMessage()).getBytes(StandardCharsets.UTF_8);
            add(error, error.length);
        }
    }

    private synchronized void add(byte[] part, int count) {
        byte[] all = Arrays.copyOf(tail, tail.length + count);
        System.arraycopy(part, 0, all, tail.length, count);
        tail = Arrays.copyOfRange(all, Math.max(0, all.length - MOST_BYTES), all.length);
    }

    /** The last line that is not blank, once the output has ended or the time is over; empty if there is none. */
    String lastLine(int patienceSeconds) throws InterruptedException {
        reader.join(patienceSeconds * 1000L);
        String text;
        synchronized (this) {
            text = new String(tail, StandardCharsets.UTF_8);
        }
        return text.lines()
                .filter(line -> !line.isBlank())
                .reduce((before, last) -> last)
                .map(PrintableText::of)
                .orElse("");
    }
}
