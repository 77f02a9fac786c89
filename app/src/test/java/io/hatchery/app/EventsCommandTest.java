package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventsCommandTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    @ParameterizedTest
    @CsvSource({
        "2026-01-01T00:00:00Z, 2026-01-01T00:00:00Z",
        "2026-01-01T01:00:00+01:00, 2026-01-01T00:00:00Z",
        "10min, 2026-01-02T02:54:05Z",
        "1h 30min, 2026-01-02T01:34:05Z",
        "eyJpIjp7fX0, "
    })
    void timeIsAbsoluteOrAgo(String text, Instant expected) {
        assertThat(EventsCommand.time(text, NOW)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-02T03:04:05Z, 2026-01-02T03:04:05.000Z",
        "2026-01-02T03:04:05.678Z, 2026-01-02T03:04:05.678Z",
        "2026-01-02T03:04:05.678912345Z, 2026-01-02T03:04:05.678Z"
    })
    void everyTimeHasTheSameFormat(String at, String shown) {
        ObjectNode event = Json.object()
                .put("type", "transition")
                .put("at", at)
                .put("container", "web")
                .put("from", "starting")
                .put("to", "running");
        assertThat(EventsCommand.format(event)).isEqualTo(shown + "  web  starting -> running");
    }

    @Test
    void outcomeShowsDurationAndReason() {
        ObjectNode event = Json.object()
                .put("type", "outcome")
                .put("command", "stop")
                .put("container", "web")
                .put("outcome", "failed")
                .put("reason", "it does not exit")
                .put("submitted", "2026-01-02T03:04:00Z")
                .put("at", "2026-01-02T03:04:05Z");
        event.putArray("steps").addObject().put("step", "failed").put("at", "2026-01-02T03:04:05Z");
        assertThat(EventsCommand.format(event))
                .isEqualTo("2026-01-02T03:04:05.000Z  web  stop failed in 5.000s (it does not exit)");
    }

    @Test
    void followAndUntilExcludeEachOther() {
        CommandRun run = CommandRun.of("events", "--follow", "--until", "10min");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("not both");
    }
}
