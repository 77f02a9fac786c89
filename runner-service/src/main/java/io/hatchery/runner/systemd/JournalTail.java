package io.hatchery.runner.systemd;

import io.hatchery.runner.plan.PrintableText;
import io.hatchery.spec.ContainerName;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the host's journal has last of a run: journalctl(1). */
final class JournalTail {
    /** Lines that nspawn prints at every exit, without a reason. */
    private static final Pattern NOISE =
            Pattern.compile("(Container \\S+ (failed|terminated|exited)|(Parent|Child) died"
                    + "|Attempted to remove disk|Some capabilities|Spawning container|Press \\^\\]).*|\\s*");

    private static final Logger LOG = LoggerFactory.getLogger(JournalTail.class);
    private static final int LINES = 10;
    private static final int PATIENCE_SECONDS = 5;

    private JournalTail() {}

    /** Empty if it has nothing. */
    static Optional<String> of(ContainerName container, String invocation) throws IOException {
        String _ = output("journalctl", "--sync");
        return PrintableText.lastLines(output(
                        "journalctl",
                        "--quiet",
                        "--no-pager",
                        "--output=cat",
                        "--lines=" + LINES,
                        "_SYSTEMD_INVOCATION_ID=" + invocation,
                        "SYSLOG_IDENTIFIER=container " + container)
                .lines()
                .filter(line -> !NOISE.matcher(line).matches()));
    }

    /** Empty if it takes too long: an exit is reported without its last output, too. */
    private static String output(String... command) throws IOException {
        Path out = Files.createTempFile("hatchery-journal-", ".txt");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                LOG.warn("{} does not end within {} s", String.join(" ", List.of(command)), PATIENCE_SECONDS);
                return "";
            }
            return new String(Files.readAllBytes(out), StandardCharsets.UTF_8);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } finally {
            Files.delete(out);
        }
    }
}
