package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The lines of one container's log, as the gateway sends them. */
final class LogOutput implements AutoCloseable {
    /** Colors and other sequences for a terminal: ECMA-48, 5.4. */
    private static final Pattern CONTROL_SEQUENCE = Pattern.compile("\\x1b\\[[0-?]*[ -/]*[@-~]");

    private final InputStream in;

    /** Reads an answer as it comes. */
    LogOutput(InputStream answer) {
        this.in = new BufferedInputStream(answer);
    }

    /**
     * The next line; waits for it.
     *
     * @return null at the end
     * @throws IOException if the connection is lost
     */
    @Nullable
    ObjectNode next() throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b != '\n') {
                bytes.write(b);
            } else if (bytes.size() > 0) { // an empty one is a sign of life
                return read(bytes.toByteArray());
            }
        }
        if (bytes.size() > 0) {
            throw new IOException("the answer ends within a line");
        }
        return null;
    }

    private static ObjectNode read(byte[] line) {
        try {
            return Json.readObject(line);
        } catch (UnreadableException e) {
            throw new UserError("the gateway sent an unreadable line: " + e.getMessage(), e);
        }
    }

    /**
     * A line as text: of a journal with the program that logged it, as journalctl(1) shows it. Colors are left out.
     *
     * @param isPrefixed whether the name of the container comes first
     */
    static String format(JsonNode line, boolean isPrefixed, boolean hasTime) {
        var text = new StringBuilder();
        if (isPrefixed) {
            text.append('[').append(line.path("container").asText()).append("] ");
        }
        if (hasTime) {
            text.append(TextTable.time(line.path("at"))).append(' ');
        }
        if (line.hasNonNull("identifier")) {
            text.append(line.path("identifier").asText());
            if (line.hasNonNull("pid")) {
                text.append('[').append(line.path("pid").asText()).append(']');
            }
            text.append(": ");
        }
        text.append(CONTROL_SEQUENCE.matcher(line.path("text").asText()).replaceAll(""));
        if (line.hasNonNull("cut")) {
            text.append("… (").append(line.path("cut").asText()).append(" bytes more)");
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
