package io.hatchery.runner.host;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs of the host that answer at once. */
final class HostProgram {
    private static final int PATIENCE_SECONDS = 10;

    private HostProgram() {}

    /**
     * Runs one to its end.
     *
     * @return its exit status
     * @throws IOException if it cannot be run or does not end
     */
    static int status(String... command) throws IOException {
        return answer(command).status();
    }

    /**
     * How a program ended.
     *
     * @param status its exit status
     * @param output what it printed, errors included
     */
    record ProgramResult(int status, String output) {}

    /**
     * Runs one to its end, as it is: no shell reads the arguments.
     *
     * @throws IOException if it cannot be run or does not end
     */
    static ProgramResult answer(String... command) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IOException(command[0] + " cannot be run, install it: " + e.getMessage(), e);
        }
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(String.join(" ", List.of(command)) + " does not end: " + output.strip());
            }
            return new ProgramResult(process.exitValue(), output);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
