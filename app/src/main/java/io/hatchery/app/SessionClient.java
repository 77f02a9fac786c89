package io.hatchery.app;

import io.hatchery.protocol.session.SessionProtocol;
import io.hatchery.protocol.session.SessionProtocol.SessionEnd;
import io.hatchery.spec.json.UnreadableException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/** Connects a session with the standard streams of this process. */
final class SessionClient {
    private static final int CHUNK = 32 << 10;

    private final SessionSocket socket;

    SessionClient(SessionSocket socket) {
        this.socket = socket;
    }

    /** Sends what this process reads, and then its end. */
    void sendInput() {
        Thread.ofPlatform().daemon().name("session-input").start(this::readInput);
    }

    /** Tells the size of the terminal, now and whenever it changes. */
    void sendSize() {
        resize();
        WindowSignal.handle(this::resize);
    }

    private void resize() {
        SessionTerminal.size().ifPresent(size -> send(SessionProtocol.resize(size)));
    }

    private void readInput() {
        byte[] chunk = new byte[1 + CHUNK]; // its first byte is the channel
        chunk[0] = SessionProtocol.INPUT;
        try (InputStream in = new FileInputStream(FileDescriptor.in)) {
            for (int count = in.read(chunk, 1, CHUNK); count >= 0; count = in.read(chunk, 1, CHUNK)) {
                send(Arrays.copyOf(chunk, 1 + count));
            }
        } catch (IOException e) {
            Output.note("hatchery: the input cannot be read: " + e.getMessage());
        }
        send(new byte[] {(byte) SessionProtocol.CLOSE, SessionProtocol.INPUT});
    }

    /** After the end of the session nobody takes it; the other direction reports what went wrong. */
    private void send(byte[] message) {
        try {
            socket.send(message);
        } catch (IOException e) {
            // the reader of the socket finds it closed too
        }
    }

    /**
     * Writes output and errors until the session ends.
     *
     * @throws UserError if it ends without the exit status of a command
     */
    int awaitEnd() {
        // Open to the end of this process, which may have more to say.
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        OutputStream errors = new FileOutputStream(FileDescriptor.err);
        try {
            for (byte[] message = socket.receive(); message != null; message = socket.receive()) {
                int channel = message.length == 0 ? -1 : message[0] & 0xff;
                if (channel == SessionProtocol.STATUS) {
                    return exit(SessionProtocol.readEnd(SessionProtocol.data(message)), errors);
                }
                if (channel == SessionProtocol.OUTPUT || channel == SessionProtocol.ERRORS) {
                    (channel == SessionProtocol.OUTPUT ? out : errors).write(message, 1, message.length - 1);
                }
            }
            throw new UserError("the gateway closed the session without the exit status of the command");
        } catch (UnreadableException e) {
            throw new UserError("the gateway sent an unreadable end of the session: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UserError("the session was lost: " + ErrorLine.of(e).orElse(e.toString()), e);
        }
    }

    private static int exit(SessionEnd end, OutputStream errors) throws IOException {
        if (end.exit() < 0) {
            throw new UserError("the session has ended: " + end.message());
        }
        if (!end.message().isEmpty()) {
            errors.write(("hatchery: " + Output.printable(end.message()) + "\n")
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        return end.exit();
    }
}
