package io.hatchery.protocol.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.protocol.session.SessionProtocol.SessionEnd;
import io.hatchery.protocol.session.SessionProtocol.TerminalSize;
import io.hatchery.spec.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionProtocolTest {
    private static final SessionRequest.SessionStreams PIPES =
            new SessionRequest.SessionStreams(false, true, true, true);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String status(SessionEnd end) {
        byte[] message = SessionProtocol.ended(end);
        assertThat(message[0]).isEqualTo((byte) SessionProtocol.STATUS);
        return new String(SessionProtocol.data(message), StandardCharsets.UTF_8);
    }

    @Test
    void exitStatusIsThatOfKubernetes() {
        assertThat(status(new SessionEnd(0, ""))).isEqualTo("{\"metadata\":{},\"status\":\"Success\"}");
        assertThat(status(new SessionEnd(3, "")))
                .isEqualTo(
                        "{\"metadata\":{},\"status\":\"Failure\",\"message\":\"command terminated with non-zero exit code:"
                                + " exit status 3\",\"reason\":\"NonZeroExitCode\",\"details\":{\"causes\":[{\"reason\":\"ExitCode\","
                                + "\"message\":\"3\"}]}}");
        assertThat(status(new SessionEnd(-1, "the host is gone"))).contains("InternalError", "\"causes\"", "is gone");
    }

    @Test
    void endsAreReadAsTheyAreWritten() throws Exception {
        for (SessionEnd end : List.of(
                new SessionEnd(0, ""),
                new SessionEnd(3, ""),
                new SessionEnd(127, "cannot run nosuch: No such file or directory"),
                new SessionEnd(-1, "the host is gone"))) {
            assertThat(SessionProtocol.readEnd(bytes(status(end)))).isEqualTo(end);
        }
    }

    @Test
    void sizesAreReadInAnyCase() {
        assertThat(SessionProtocol.readSize(bytes("{\"Width\":80,\"Height\":24}")))
                .contains(new TerminalSize(80, 24));
        assertThat(SessionProtocol.readSize(bytes("{\"width\":65535,\"height\":1}")))
                .contains(new TerminalSize(65_535, 1));
        byte[] written = SessionProtocol.resize(new TerminalSize(132, 43));
        assertThat(SessionProtocol.readSize(SessionProtocol.data(written))).contains(new TerminalSize(132, 43));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "{\"Width\":80}",
                "{\"Width\":0,\"Height\":24}",
                "{\"Width\":-5,\"Height\":24}",
                "{\"Width\":65536,\"Height\":24}",
                "{\"Width\":\"x\",\"Height\":24}",
                "{\"Width\":80,\"Height\":24"
            })
    void otherSizesAreIgnored(String json) {
        assertThat(SessionProtocol.readSize(bytes(json))).isEmpty();
    }

    @Test
    void requestIsReadAsItIsWritten() throws Exception {
        var request = new SessionRequest(
                List.of("sh", "-c", "", "echo \"ü\""), new TreeMap<>(Map.of("A", "b=c")), "ann", "/srv", PIPES, null);
        assertThat(Json.read(Json.bytes(request), SessionRequest.class)).isEqualTo(request);
    }

    @Test
    void whatNoProgramCanGetIsRefused() {
        assertThatThrownBy(() -> request(List.of("a\0b"), Map.of(), null, null)).hasMessageContaining("NUL");
        assertThatThrownBy(() -> request(List.of(""), Map.of(), null, null)).hasMessageContaining("empty word");
        assertThatThrownBy(() -> request(List.of("a"), Map.of("A=", "b"), null, null))
                .hasMessageContaining("'A='");
        assertThatThrownBy(() -> request(List.of("a"), Map.of("A", "\0"), null, null))
                .hasMessageContaining("NUL");
        assertThatThrownBy(() -> request(List.of("a"), Map.of(), "", null)).hasMessageContaining("1 to 255");
        assertThatThrownBy(() -> request(List.of("a"), Map.of(), null, "srv")).hasMessageContaining("absolute path");
    }

    @Test
    void portIsOneOfTcp() throws Exception {
        SessionRequest request = SessionRequest.ofPort(80);
        assertThat(Json.read(Json.bytes(request), SessionRequest.class)).isEqualTo(request);
        assertThatThrownBy(() -> SessionRequest.ofPort(0)).hasMessageContaining("1 to 65535");
        assertThatThrownBy(() -> SessionRequest.ofPort(65_536)).hasMessageContaining("1 to 65535");
    }

    @Test
    void requestIsBounded() {
        assertThatThrownBy(() -> request(Collections.nCopies(5_000, "a"), Map.of(), null, null))
                .hasMessageContaining("at most");
        assertThatThrownBy(() -> request(List.of("a".repeat(200_001)), Map.of(), null, null))
                .hasMessageContaining("at most");
    }

    private static SessionRequest request(
            List<String> command, Map<String, String> variables, String user, String folder) {
        return new SessionRequest(command, new TreeMap<>(variables), user, folder, PIPES, null);
    }

    @Test
    void ticketHidesItsSecret() {
        assertThat(new SessionTicket("https://gateway", "hunter2").toString()).doesNotContain("hunter2");
    }
}
