package io.hatchery.runner.session;

import io.hatchery.protocol.session.SessionProtocol;
import io.hatchery.protocol.session.SessionProtocol.SessionEnd;
import io.hatchery.protocol.session.SessionRequest;
import io.hatchery.runner.session.SessionFrames.Frame;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The process of a session on this host, {@code hatchery-supervisor session}, with a thread for each direction. Thread-safe; what it
 * reports comes on its own threads.
 */
final class SessionProcess {
    /** How many bytes of input wait for the command before the client is to wait. */
    private static final int MOST_WAITING = 256 << 10;

    /** About how many bytes a frame in the queue takes beside its content, so that small frames count too. */
    private static final int OVERHEAD = 64;

    /** How long the supervisor has for the end of what it runs. */
    private static final int DEATH_SECONDS = 10;

    private static final int MOST_ERRORS = 4096;

    private final Process process;
    private final SessionListener listener;
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private boolean isFull;
    private boolean isClosed;

    /** What a process reports. */
    interface SessionListener {
        /** Takes output, and returns when there is room for more. */
        void output(int channel, byte[] data) throws InterruptedException;

        /** There is room for input again. */
        void drained();

        /** The process has ended, and nothing of the session is left. */
        void ended(SessionEnd end);
    }

    private SessionProcess(Process process, SessionListener listener) {
        this.process = process;
        this.listener = listener;
    }

    /**
     * Begins a session.
     *
     * @param command of the supervisor
     * @param name of the session, for its threads
     */
    static SessionProcess start(List<String> command, SessionRequest request, String name, SessionListener listener)
            throws IOException {
        var builder = new ProcessBuilder(command).directory(new File("/"));
        builder.environment().clear();
        var session = new SessionProcess(builder.start(), listener);
        session.add(SessionFrames.request(request));
        Thread.ofPlatform().daemon().name("session-in-" + name).start(session::write);
        Thread.ofPlatform().daemon().name("session-out-" + name).start(session::read);
        return session;
    }

    /** Passes input on. */
    void input(byte[] message) {
        for (int from = 1; from < message.length; from += SessionFrames.MAX_FRAME) {
            int length = Math.min(SessionFrames.MAX_FRAME, message.length - from);
            add(SessionFrames.frame(SessionProtocol.INPUT, message, from, length));
        }
    }

    /** The client sends no more input. */
    void endInput() {
        add(SessionFrames.inputEnd());
    }

    /** The client's terminal has another size. */
    void resize(SessionProtocol.TerminalSize size) {
        add(SessionFrames.size(size));
    }

    private synchronized void add(byte[] frame) {
        if (!isClosed) {
            waiting.add(frame);
            waitingBytes += frame.length + OVERHEAD;
            notifyAll();
        }
    }

    /** Whether it takes more messages; if not, the client waits until {@link SessionListener#drained}. */
    synchronized boolean hasRoom() {
        isFull = waitingBytes > MOST_WAITING;
        return !isFull;
    }

    /** Ends the session: kills what runs in it. What was written before can still be read. */
    void close() {
        closeInput();
        boolean _ = process.toHandle().destroy();
    }

    private synchronized void closeInput() {
        isClosed = true;
        waiting.clear();
        notifyAll();
    }

    private synchronized byte @Nullable [] next() throws InterruptedException {
        while (waiting.isEmpty() && !isClosed) {
            wait();
        }
        if (isClosed) {
            return null;
        }
        byte[] frame = waiting.remove();
        waitingBytes -= frame.length + OVERHEAD;
        return frame;
    }

    private synchronized boolean hasDrained() {
        boolean hasDrained = isFull && waitingBytes <= MOST_WAITING / 2;
        isFull = isFull && !hasDrained;
        return hasDrained;
    }

    private void write() {
        try (OutputStream out = process.getOutputStream()) {
            for (byte[] frame = next(); frame != null; frame = next()) {
                out.write(frame);
                out.flush();
                if (hasDrained()) {
                    listener.drained();
                }
            }
        } catch (IOException e) {
            closeInput(); // the supervisor has ended: the other thread reads why
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        SessionEnd end;
        try (var in = new DataInputStream(new BufferedInputStream(process.getInputStream(), SessionFrames.MAX_FRAME))) {
            end = read(in);
        } catch (IOException e) {
            end = new SessionEnd(-1, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end = new SessionEnd(-1, "the session was interrupted");
        }
        close();
        awaitDeath();
        listener.ended(end);
    }

    private SessionEnd read(DataInputStream in) throws IOException, InterruptedException {
        for (Frame frame = SessionFrames.read(in); frame != null; frame = SessionFrames.read(in)) {
            if (frame.channel() == SessionProtocol.STATUS) {
                return SessionFrames.end(frame);
            }
            listener.output(frame.channel(), frame.data());
        }
        byte[] words = process.getErrorStream().readNBytes(MOST_ERRORS);
        String why = new String(words, StandardCharsets.UTF_8).strip();
        return new SessionEnd(
                -1, why.isEmpty() ? "it was ended on its host" : why.replaceFirst("^hatchery-supervisor: ", ""));
    }

    private void awaitDeath() {
        try {
            if (!process.waitFor(DEATH_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
