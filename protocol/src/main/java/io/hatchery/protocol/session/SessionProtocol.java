package io.hatchery.protocol.session;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The websocket messages of a session, which are those of Kubernetes' remote command: a byte that names a channel, and then bytes. Pure.
 */
public final class SessionProtocol {
    /** Clients that can close a channel. */
    public static final String V5 = "v5.channel.k8s.io";

    /** Clients that cannot. */
    public static final String V4 = "v4.channel.k8s.io";

    /** The subprotocol between gateway and runner: {@link #V5} after one text message with a {@link SessionRequest}. */
    public static final String RUNNER = "session.hatchery.v1";

    /** The input of the command. */
    public static final int INPUT = 0;

    /** The output of the command. */
    public static final int OUTPUT = 1;

    /** The errors of the command. */
    public static final int ERRORS = 2;

    /** How the session ended, as a Kubernetes Status; the last message. */
    public static final int STATUS = 3;

    /** The size of the terminal. */
    public static final int RESIZE = 4;

    /** Closes the channel that the next byte names. */
    public static final int CLOSE = 255;

    /** The most bytes of a message. */
    public static final int MAX_MESSAGE = 1 << 20;

    private static final int MAX_SIDE = 65_535;
    private static final int LONGEST_SIZE = 200;

    private SessionProtocol() {}

    /**
     * The size of a terminal.
     *
     * @param columns 1 to 65,535
     * @param rows 1 to 65,535
     */
    public record TerminalSize(int columns, int rows) {}

    /**
     * How a session ended.
     *
     * @param exit the exit status of the command; 0 to 255, or -1 if it was not run to its end
     * @param message why; empty if the exit status says it
     */
    public record SessionEnd(int exit, String message) {}

    /** A message. */
    public static byte[] message(int channel, byte[] data) {
        byte[] message = new byte[data.length + 1];
        message[0] = (byte) channel;
        System.arraycopy(data, 0, message, 1, data.length);
        return message;
    }

    /** The message that says how a session ended. */
    public static byte[] ended(SessionEnd end) {
        ObjectNode status = Json.object();
        status.putObject("metadata");
        if (end.exit == 0) {
            status.put("status", "Success");
        } else {
            boolean hasExit = end.exit > 0;
            String message = end.message.isEmpty()
                    ? "command terminated with non-zero exit code: exit status " + end.exit
                    : end.message;
            status.put("status", "Failure").put("message", message);
            status.put("reason", hasExit ? "NonZeroExitCode" : "InternalError");
            ObjectNode cause = status.putObject("details").putArray("causes").addObject();
            if (hasExit) {
                cause.put("reason", "ExitCode").put("message", String.valueOf(end.exit));
            } else {
                cause.put("message", message);
                status.put("code", 500);
            }
        }
        return message(STATUS, Json.text(status).getBytes(StandardCharsets.UTF_8));
    }

    /** Reads what {@link #ended} writes, without the channel. */
    public static SessionEnd readEnd(byte[] json) throws UnreadableException {
        ObjectNode status = Json.readObject(json);
        if (status.path("status").asText().equals("Success")) {
            return new SessionEnd(0, "");
        }
        String message = status.path("message").asText();
        if (!status.path("reason").asText().equals("NonZeroExitCode")) {
            return new SessionEnd(-1, message);
        }
        for (JsonNode cause : status.at("/details/causes")) {
            String code = cause.path("message").asText();
            if (cause.path("reason").asText().equals("ExitCode") && code.matches("\\d{1,3}")) {
                boolean isUsual = message.startsWith("command terminated with");
                return new SessionEnd(Integer.parseInt(code), isUsual ? "" : message);
            }
        }
        return new SessionEnd(-1, message);
    }

    /** Reads the size of a terminal, in any case of letters as some clients send it; empty if it is none. */
    public static Optional<TerminalSize> readSize(byte[] json) {
        if (json.length > LONGEST_SIZE) {
            return Optional.empty();
        }
        try {
            ObjectNode size = Json.readObject(json);
            int columns = side(size, "width");
            int rows = side(size, "height");
            return columns > 0 && rows > 0 ? Optional.of(new TerminalSize(columns, rows)) : Optional.empty();
        } catch (UnreadableException e) {
            return Optional.empty();
        }
    }

    private static int side(ObjectNode size, String name) {
        for (Iterator<Map.Entry<String, JsonNode>> fields = size.properties().iterator(); fields.hasNext(); ) {
            var field = fields.next();
            if (field.getKey().toLowerCase(Locale.ROOT).equals(name)) {
                int side = field.getValue().asInt();
                return side > MAX_SIDE ? -1 : side;
            }
        }
        return -1;
    }

    /** The message that tells the size of a terminal. */
    public static byte[] resize(TerminalSize size) {
        ObjectNode json = Json.object().put("Width", size.columns).put("Height", size.rows);
        return message(RESIZE, Json.text(json).getBytes(StandardCharsets.UTF_8));
    }

    /** The bytes of a message after its channel. */
    public static byte[] data(byte[] message) {
        return Arrays.copyOfRange(message, 1, message.length);
    }
}
