package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LogOutputTest {
    private static ObjectNode line(String text) {
        return Json.object()
                .put("container", "web")
                .put("at", "2026-01-02T03:04:05Z")
                .put("text", text);
    }

    private static LogOutput output(String answer) {
        return new LogOutput(new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void consoleIsShownAsItIsWithoutColors() {
        ObjectNode line = line("[\u001b[0;32m  OK  \u001b[0m] Started nginx");
        assertThat(LogOutput.format(line, false, false)).isEqualTo("[  OK  ] Started nginx");
        assertThat(LogOutput.format(line, true, true))
                .isEqualTo("[web] 2026-01-02T03:04:05.000Z [  OK  ] Started nginx");
    }

    @Test
    void journalIsShownWithItsProgram() {
        ObjectNode line = line("ready").put("identifier", "nginx").put("pid", 7);
        assertThat(LogOutput.format(line, false, false)).isEqualTo("nginx[7]: ready");
        assertThat(LogOutput.format(line.put("cut", 9), false, false)).isEqualTo("nginx[7]: ready… (9 bytes more)");
    }

    @Test
    void emptyLinesAreSignsOfLife() throws IOException {
        LogOutput output = output("\n{\"text\":\"one\"}\n\n\n{\"text\":\"two\"}\n");
        assertThat(output.next()).isEqualTo(Json.object().put("text", "one"));
        assertThat(output.next()).isEqualTo(Json.object().put("text", "two"));
        assertThat(output.next()).isNull();
    }

    @Test
    void answerThatEndsWithinALineIsALostConnection() {
        assertThatThrownBy(() -> output("{\"text\":").next()).isInstanceOf(IOException.class);
    }
}
