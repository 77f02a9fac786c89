package io.hatchery.runner.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.protocol.session.SessionProtocol;
import io.hatchery.protocol.session.SessionProtocol.SessionEnd;
import io.hatchery.protocol.session.SessionRequest;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SessionFramesTest {
    private static DataInputStream in(byte... bytes) {
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }

    @Test
    void frameHasLengthChannelAndBytes() throws IOException {
        byte[] frame = SessionFrames.frame(SessionProtocol.OUTPUT, new byte[] {9, 8, 7, 6}, 1, 2);
        assertThat(frame).containsExactly(2, 0, 0, 0, 1, 8, 7);
        SessionFrames.Frame read = SessionFrames.read(in(frame));
        assertThat(read).isNotNull();
        assertThat(read.channel()).isEqualTo(SessionProtocol.OUTPUT);
        assertThat(read.data()).containsExactly(8, 7);
    }

    @Test
    void endOfTheFramesIsNoFrame() throws IOException {
        assertThat(SessionFrames.read(in())).isNull();
    }

    @Test
    void brokenFramesAreErrors() {
        assertThatThrownBy(() -> SessionFrames.read(in((byte) 2, (byte) 0, (byte) 0, (byte) 0, (byte) 1, (byte) 8)))
                .isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> SessionFrames.read(in((byte) 0, (byte) 0, (byte) 0, (byte) 0x80, (byte) 1)))
                .hasMessageContaining("wrote a frame of");
    }

    @Test
    void requestIsStringsWithAnEnd() {
        var request = new SessionRequest(
                List.of("ls", ""),
                new TreeMap<>(Map.of("A", "b")),
                null,
                "/srv",
                new SessionRequest.SessionStreams(true, true, true, false),
                null);
        byte[] frame = SessionFrames.request(request);
        assertThat(new String(frame, 5, frame.length - 5, StandardCharsets.UTF_8))
                .isEqualTo("root\0/srv\0pty\00080\00024\0002\0ls\0\0A=b\0");
    }

    @Test
    void portIsItsOnlyWord() {
        byte[] frame = SessionFrames.request(SessionRequest.ofPort(8080));
        assertThat(new String(frame, 5, frame.length - 5, StandardCharsets.UTF_8))
                .isEqualTo("root\0\0port\00080\00024\0001\0008080\0");
    }

    @Test
    void sizeIsLittleEndian() {
        assertThat(SessionFrames.size(new SessionProtocol.TerminalSize(336, 24)))
                .endsWith(80, 1, 24, 0);
    }

    private static SessionEnd end(int how, int status, String reason) throws IOException {
        byte[] words = reason.getBytes(StandardCharsets.UTF_8);
        byte[] data = new byte[2 + words.length];
        data[0] = (byte) how;
        data[1] = (byte) status;
        System.arraycopy(words, 0, data, 2, words.length);
        return SessionFrames.end(
                SessionFrames.read(in(SessionFrames.frame(SessionProtocol.STATUS, data, 0, data.length))));
    }

    @Test
    void failureOfTheEntryIsNoExitStatus() throws IOException {
        assertThat(end(0, 3, "")).isEqualTo(new SessionEnd(3, ""));
        assertThat(end(0, 125, "")).isEqualTo(new SessionEnd(125, ""));
        assertThat(end(0, 127, "hatchery-supervisor: cannot run x\n")).isEqualTo(new SessionEnd(127, "cannot run x"));
        assertThat(end(0, 125, "hatchery-supervisor: no folder\n")).isEqualTo(new SessionEnd(-1, "no folder"));
        assertThat(end(1, 125, "hatchery-supervisor: no user\n")).isEqualTo(new SessionEnd(-1, "no user"));
    }
}
