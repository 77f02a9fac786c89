package io.hatchery.runner.session;

import io.hatchery.protocol.session.SessionProtocol;
import io.hatchery.protocol.session.SessionProtocol.SessionEnd;
import io.hatchery.protocol.session.SessionRequest;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The frames that {@code hatchery-supervisor session} reads and writes; {@code frames.h} of the supervisor describes them. */
final class SessionFrames {
    /** The most bytes of a frame but the first. */
    static final int MAX_FRAME = 1 << 16;

    private static final int HEADER = 5;
    private static final int OWN_FAILURE = 125;

    private SessionFrames() {}

    /** A frame that the supervisor wrote. */
    static final class Frame {
        private final int channel;
        private final byte[] data;

        private Frame(int channel, byte[] data) {
            this.channel = channel;
            this.data = data;
        }

        int channel() {
            return channel;
        }

        byte[] data() {
            return data;
        }
    }

    /** A frame with bytes of an array. */
    static byte[] frame(int channel, byte[] bytes, int from, int length) {
        byte[] frame = new byte[HEADER + length];
        for (int i = 0; i < 4; i++) {
            frame[i] = (byte) (length >> 8 * i);
        }
        frame[4] = (byte) channel;
        System.arraycopy(bytes, from, frame, HEADER, length);
        return frame;
    }

    /** The first frame. */
    static byte[] request(SessionRequest request) {
        var bytes = new ByteArrayOutputStream();
        add(bytes, request.user() == null ? "root" : request.user());
        add(bytes, request.folder() == null ? "" : request.folder());
        Integer port = request.port();
        add(bytes, port != null ? "port" : request.streams().terminal() ? "pty" : "pipes");
        add(bytes, "80"); // until the client tells its size
        add(bytes, "24");
        List<String> command = port != null ? List.of(port.toString()) : request.command();
        add(bytes, String.valueOf(command.size()));
        command.forEach(word -> add(bytes, word));
        request.environment().forEach((name, value) -> add(bytes, name + "=" + value));
        return frame(SessionProtocol.INPUT, bytes.toByteArray(), 0, bytes.size());
    }

    private static void add(ByteArrayOutputStream bytes, String text) {
        bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        bytes.write(0);
    }

    /** The frame that tells the size of the terminal. */
    static byte[] size(SessionProtocol.TerminalSize size) {
        byte[] sides = {
            (byte) size.columns(), (byte) (size.columns() >> 8), (byte) size.rows(), (byte) (size.rows() >> 8)
        };
        return frame(SessionProtocol.RESIZE, sides, 0, sides.length);
    }

    /** The frame that ends the input. */
    static byte[] inputEnd() {
        return frame(SessionProtocol.CLOSE, new byte[] {SessionProtocol.INPUT}, 0, 1);
    }

    /** The next frame; null at the end. */
    static @Nullable Frame read(DataInputStream in) throws IOException {
        int length;
        try {
            length = Integer.reverseBytes(in.readInt());
        } catch (EOFException e) {
            return null;
        }
        if (length < 0 || length > MAX_FRAME) {
            throw new IOException("hatchery-supervisor wrote a frame of " + length + " bytes");
        }
        int channel = in.readUnsignedByte();
        byte[] data = in.readNBytes(length);
        if (data.length < length) {
            throw new EOFException("hatchery-supervisor ended within a frame");
        }
        return new Frame(channel, data);
    }

    /** What the last frame says. */
    static SessionEnd end(Frame last) throws IOException {
        if (last.data.length < 2) {
            throw new IOException("hatchery-supervisor wrote an end of " + last.data.length + " bytes");
        }
        String reason = new String(last.data, 2, last.data.length - 2, StandardCharsets.UTF_8)
                .strip()
                .replaceFirst("^hatchery-supervisor: ", "");
        int exit = last.data[1] & 0xff;
        // Where there is a reason, the status is the supervisor's own.
        boolean isOurs = last.data[0] != 0 || !reason.isEmpty() && exit == OWN_FAILURE;
        return isOurs ? new SessionEnd(-1, reason) : new SessionEnd(exit, reason);
    }
}
