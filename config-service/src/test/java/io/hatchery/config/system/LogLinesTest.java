package io.hatchery.config.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogLinesTest {
    private final List<String> given = new ArrayList<>();
    private final LogLines log = new LogLines(given::addAll);

    @Test
    void linesBeyondTheBoundAreCountedAndDropped() {
        for (int i = 0; i < LogLines.MAX_LINES + 7; i++) {
            log.append("line " + i);
        }
        log.end();
        assertThat(given).hasSize(LogLines.MAX_LINES + 1);
        assertThat(given.getFirst()).isEqualTo("line 0");
        assertThat(given.getLast()).startsWith("7 lines dropped");
    }

    @Test
    void charactersAreBoundedToo() {
        String line = "x".repeat(LogLines.LONGEST_LINE);
        int fitting = (int) (LogLines.MAX_CHARACTERS / LogLines.LONGEST_LINE);
        for (int i = 0; i < fitting + 2; i++) {
            log.append(line);
        }
        log.end();
        assertThat(given).hasSize(fitting + 1);
        assertThat(given.getLast()).startsWith("2 lines dropped");
    }

    @Test
    void longLineIsCut() {
        log.append("x".repeat(LogLines.LONGEST_LINE + 5));
        log.end();
        assertThat(given).singleElement().satisfies(line -> assertThat(line).hasSize(LogLines.LONGEST_LINE + 1));
    }
}
