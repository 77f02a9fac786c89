package io.hatchery.gateway.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.protocol.LogEntry;
import io.hatchery.protocol.LogEntryBuilder;
import io.hatchery.spec.HostName;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LogFilterTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    private static LogEntry journal(int priority, String unit, String text) {
        return LogEntryBuilder.builder()
                .at(NOON)
                .sequence(1L)
                .text(text)
                .unit(unit)
                .priority(priority)
                .build();
    }

    private static LogFilter filter(String unit, Integer priority, String grep) {
        return new LogFilter(null, null, unit, priority, grep == null ? null : TextPattern.parse(grep));
    }

    @Test
    void linesOfOtherUnitsAndLesserPrioritiesAreLeftOut() {
        LogEntry entry = journal(4, "nginx.service", "slow request");
        assertThat(filter(LogFilter.unit("nginx"), null, null).admits(entry)).isTrue();
        assertThat(filter("other.service", null, null).admits(entry)).isFalse();
        assertThat(filter(null, LogFilter.priority("warning"), null).admits(entry))
                .isTrue();
        assertThat(filter(null, LogFilter.priority("3"), null).admits(entry)).isFalse();
        assertThat(filter(null, null, "slow.*quest$").admits(entry)).isTrue();
        assertThat(filter(null, null, "Slow").admits(entry)).isFalse();
    }

    @Test
    void consoleHasNoPriorityAndNoUnit() {
        LogEntry line = LogEntry.ofConsole(NOON, 1, "text", 0);
        assertThat(LogFilter.ALL.admits(line)).isTrue();
        assertThat(filter(null, 7, null).admits(line)).isFalse();
        assertThat(filter("nginx.service", null, null).admits(line)).isFalse();
    }

    @Test
    void timesAreFromAndBefore() {
        LogEntry line = LogEntry.ofConsole(NOON, 1, "text", 0);
        assertThat(new LogFilter(NOON, null, null, null, null).admits(line)).isTrue();
        assertThat(new LogFilter(NOON.plusNanos(1), null, null, null, null).admits(line))
                .isFalse();
        assertThat(new LogFilter(null, NOON, null, null, null).admits(line)).isFalse();
    }

    @Test
    void noticeOfDroppedLinesIsAlwaysShown() {
        assertThat(filter("nginx.service", 0, "never").admits(LogEntry.ofDropped(NOON, 5, "too fast")))
                .isTrue();
    }

    @Test
    void patternThatTakesTooLongIsRefused() {
        TextPattern pattern = TextPattern.parse(".*.*.*.*x");
        assertThat(pattern.isIn("aaax")).isTrue();
        assertThatThrownBy(() -> pattern.isIn("a".repeat(5_000)))
                .isInstanceOf(LogReadException.class)
                .hasMessageContaining("grep takes too long");
        assertThatThrownBy(() -> TextPattern.parse("(")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TextPattern.parse("x".repeat(201))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cursorIsReadAsItIsWritten() {
        var cursor = new LogCursor(new TreeMap<>(
                Map.of(new HostName("h1"), new LogCursor.Place(12, 3), new HostName("h2"), new LogCursor.Place(0, 0))));
        assertThat(cursor.text()).isEqualTo("h1:12:3,h2:0:0");
        assertThat(LogCursor.parse(cursor.text())).isEqualTo(cursor);
        for (String wrong : new String[] {"", "h1", "h1:1", "h1:-1:0", "-h:1:1", "h1:1:1,", "h1:1:1:1"}) {
            assertThatThrownBy(() -> LogCursor.parse(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
