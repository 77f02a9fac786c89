package io.hatchery.runner.systemd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.runner.plan.PrintableText;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last output of a run in the journal of its host: journalctl(1). */
final class JournalTail {
    /** Lines that nspawn prints at every exit, without a reason. */
    private static final Pattern NOISE =
            Pattern.compile("(Container \\S+ (failed|terminated|exited)|(Parent|Child) died"
                    + "|Attempted to remove disk|Some capabilities|Spawning container|Press \\^\\]).*|\\s*");

    private static final Logger LOG = LoggerFactory.getLogger(JournalTail.class);
    private static final String INVOCATION = "_SYSTEMD_INVOCATION_ID";
    private static final int LINES = 20;
    private static final int PATIENCE_SECONDS = 5;

    private JournalTail() {}

    /** The last lines that a run printed; empty if it printed nothing. */
    static Optional<String> of(ContainerName container, String invocation) throws IOException {
        String _ = output("journalctl", "--sync");
        String entries = output(
                "journalctl",
                "--quiet",
                "--no-pager",
                "--output=json",
                "--output-fields=MESSAGE," + INVOCATION,
                "--lines=" + LINES,
                "SYSLOG_IDENTIFIER=container " + container);
        try {
            return PrintableText.lastLines(messages(entries.lines().toList(), invocation).stream()
                    .filter(line -> !NOISE.matcher(line).matches()));
        } catch (UnreadableException e) {
            LOG.warn("the last output of container {} is not reported: journalctl: {}", container, e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * The messages of a run among the last entries of its container. journald finds the invocation of an entry by the unit's
     * state, so an entry that it reads after a short run has failed has none: it belongs to the run unless an entry of another run
     * follows it.
     */
    static List<String> messages(List<String> entries, String invocation) throws UnreadableException {
        var messages = new ArrayList<String>();
        for (String entry : entries) {
            ObjectNode fields = Json.readObject(entry.getBytes(StandardCharsets.UTF_8));
            if (!fields.path(INVOCATION).asText(invocation).equals(invocation)) {
                messages.clear();
                continue;
            }
            messages.add(text(fields.path("MESSAGE")));
        }
        return messages;
    }

    /** A message that is not UTF-8 is an array of bytes; one that is too large is null (systemd's Journal JSON Format). */
    private static String text(JsonNode message) {
        if (!message.isArray()) {
            return message.asText("");
        }
        byte[] bytes = new byte[message.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) message.get(i).asInt();
        }
        return new String(bytes, StandardCharsets.UTF_8);
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
