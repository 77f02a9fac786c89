package io.hatchery.gateway.session;

import io.hatchery.protocol.session.SessionProtocol;
import io.hatchery.protocol.session.SessionProtocol.SessionEnd;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The channels of a client, which are those of the runner for a command. For a port, as in Kubernetes, channel 0 has the bytes of both
 * directions and channel 1 what goes wrong, and the first message on each has the port. Pure.
 *
 * @param closes whether the client knows {@link SessionProtocol#CLOSE}
 * @param port of a connection; null for a command
 */
record ClientChannels(boolean closes, @Nullable Integer port) {
    private static final int DATA = 0;
    private static final int ERROR = 1;

    /** What the client gets before all else. */
    List<byte[]> first() {
        if (port == null) {
            // Clients take it for the sign that the session is there.
            return List.of(SessionProtocol.message(SessionProtocol.OUTPUT, new byte[0]));
        }
        byte[] number = {port.byteValue(), (byte) (port >> 8)};
        return List.of(SessionProtocol.message(DATA, number), SessionProtocol.message(ERROR, number));
    }

    /** Whether the runner gets a message of the client. */
    boolean isInput(byte[] message) {
        int channel = message.length == 0 ? -1 : message[0] & 0xff;
        return channel == SessionProtocol.INPUT
                || channel == SessionProtocol.RESIZE && port == null
                || channel == SessionProtocol.CLOSE && closes;
    }

    /** What the client gets for a message of the runner; empty if nothing. */
    Optional<byte[]> output(byte[] message) {
        if (port == null || message.length == 0) {
            return Optional.of(message);
        }
        return switch (message[0] & 0xff) {
            case SessionProtocol.OUTPUT -> Optional.of(SessionProtocol.message(DATA, SessionProtocol.data(message)));
            case SessionProtocol.CLOSE ->
                closes ? Optional.of(new byte[] {(byte) SessionProtocol.CLOSE, DATA}) : Optional.empty();
            case SessionProtocol.STATUS -> error(SessionProtocol.data(message));
            default -> Optional.empty();
        };
    }

    private static Optional<byte[]> error(byte[] status) {
        try {
            SessionEnd end = SessionProtocol.readEnd(status);
            String why = end.message().isEmpty() ? "exit status " + end.exit() : end.message();
            return end.exit() == 0
                    ? Optional.empty()
                    : Optional.of(SessionProtocol.message(ERROR, why.getBytes(StandardCharsets.UTF_8)));
        } catch (UnreadableException e) {
            return Optional.of(SessionProtocol.message(ERROR, status));
        }
    }
}
