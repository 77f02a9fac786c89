package io.hatchery.runner.systemd;

import io.hatchery.spec.ContainerName;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** What the host's journal has last of a run: journalctl(1). */
final class LastWords {
    /** What nspawn says whenever something ends says nothing of why. */
    private static final Pattern NOISE =
            Pattern.compile("(Container \\S+ (failed|terminated|exited)|(Parent|Child) died"
                    + "|Attempted to remove disk|Some capabilities|Spawning container|Press \\^\\]).*|\\s*");

    private static final int LINES = 10;
    private static final int LONGEST = 300;
    private static final int PATIENCE_SECONDS = 5;

    private LastWords() {}

    /** Empty if it has nothing. */
    static Optional<String> of(ContainerName container, String invocation) throws IOException {
        String _ = said("journalctl", "--sync");
        return said(
                        "journalctl",
                        "--quiet",
                        "--no-pager",
                        "--output=cat",
                        "--lines=" + LINES,
                        "_SYSTEMD_INVOCATION_ID=" + invocation,
                        "SYSLOG_IDENTIFIER=container " + container)
                .lines()
                .filter(line -> !NOISE.matcher(line).matches())
                .reduce((before, last) -> last)
                .map(line -> line.length() > LONGEST ? line.substring(0, LONGEST) : line);
    }

    private static String said(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", List.of(command)) + " does not end");
            }
            return said;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
