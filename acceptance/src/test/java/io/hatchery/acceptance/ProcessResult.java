package io.hatchery.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A command that has ended: its exit code and what it printed. */
record ProcessResult(int code, String out, String err) {
    private static final int PATIENCE_SECONDS = 300;

    static ProcessResult toEnd(ProcessBuilder builder) {
        return toEnd(builder, new byte[0]);
    }

    static ProcessResult toEnd(ProcessBuilder builder, byte[] input) {
        try {
            Path out = Files.createTempFile("hatchery-test-", ".out");
            Path err = Files.createTempFile("hatchery-test-", ".err");
            try {
                Process process = builder.redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
                try (var stdin = process.getOutputStream()) {
                    stdin.write(input);
                }
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError(builder.command() + " does not end: " + Files.readString(out));
                }
                return new ProcessResult(process.exitValue(), text(out), text(err));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Kafka records need not be text: bytes that are none become replacement characters. */
    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    /** The same, after a check that it went well. */
    ProcessResult orFail() {
        if (code != 0) {
            throw new AssertionError("exit code " + code + ": " + out + err);
        }
        return this;
    }
}
