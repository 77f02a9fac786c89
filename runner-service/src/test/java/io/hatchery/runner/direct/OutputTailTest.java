package io.hatchery.runner.direct;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OutputTailTest {
    private static String last(String output) throws InterruptedException {
        return OutputTail.of(new ByteArrayInputStream(output.getBytes(StandardCharsets.UTF_8)))
                .lastLine(10);
    }

    @Test
    void tailIsTheLastLineThatIsNotBlank() throws InterruptedException {
        assertThat(last("one\ntwo\n \n\n")).isEqualTo("two");
        assertThat(last("")).isEmpty();
        assertThat(last("x".repeat(1_000_000) + "\nthe end\n")).isEqualTo("the end");
    }

    @Test
    void tailHasNoCursorMovements() throws InterruptedException {
        assertThat(last("\u001b[2Jgone\u0007\u009b1m\ttab \u202eback"))
                .isEqualTo("\\x1b[2Jgone\\x07\\x9b1m tab \\u202eback");
        assertThat(last("y".repeat(1000))).hasSize(300);
    }
}
