package io.hatchery.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.session.SessionProtocol;
import io.hatchery.protocol.session.SessionProtocol.SessionEnd;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ClientChannelsTest {
    private static final ClientChannels COMMAND = new ClientChannels(true, null);
    private static final ClientChannels PORT = new ClientChannels(true, 8080);
    private static final ClientChannels OLD_PORT = new ClientChannels(false, 8080);

    private static byte[] message(int channel, String text) {
        return SessionProtocol.message(channel, text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void commandHasTheChannelsOfTheRunner() {
        assertThat(COMMAND.first()).containsExactly(new byte[] {SessionProtocol.OUTPUT});
        assertThat(COMMAND.output(message(SessionProtocol.ERRORS, "x"))).contains(message(SessionProtocol.ERRORS, "x"));
        assertThat(COMMAND.isInput(message(SessionProtocol.INPUT, "x"))).isTrue();
        assertThat(COMMAND.isInput(message(SessionProtocol.RESIZE, "{}"))).isTrue();
        assertThat(COMMAND.isInput(message(SessionProtocol.CLOSE, "\0"))).isTrue();
        assertThat(COMMAND.isInput(message(SessionProtocol.STATUS, "{}"))).isFalse();
        assertThat(COMMAND.isInput(new byte[0])).isFalse();
    }

    @Test
    void portHasItsNumberFirst() {
        assertThat(PORT.first()).containsExactly(new byte[] {0, (byte) 0x90, 0x1f}, new byte[] {1, (byte) 0x90, 0x1f});
    }

    @Test
    void bytesOfBothDirectionsAreOnOneChannel() {
        assertThat(PORT.isInput(message(0, "x"))).isTrue();
        assertThat(PORT.isInput(message(SessionProtocol.RESIZE, "{}"))).isFalse();
        assertThat(PORT.output(message(SessionProtocol.OUTPUT, "x"))).contains(message(0, "x"));
        assertThat(PORT.output(message(SessionProtocol.ERRORS, "x"))).isEmpty();
    }

    @Test
    void onlyVersionFiveClosesOneDirection() {
        byte[] closed = {(byte) SessionProtocol.CLOSE, SessionProtocol.OUTPUT};
        assertThat(PORT.output(closed)).contains(new byte[] {(byte) SessionProtocol.CLOSE, 0});
        assertThat(OLD_PORT.output(closed)).isEmpty();
        assertThat(OLD_PORT.isInput(closed)).isFalse();
    }

    @Test
    void whatGoesWrongIsOnTheErrorChannel() {
        assertThat(PORT.output(SessionProtocol.ended(new SessionEnd(-1, "no port"))))
                .contains(message(1, "no port"));
        assertThat(PORT.output(SessionProtocol.ended(new SessionEnd(0, "")))).isEmpty();
    }
}
