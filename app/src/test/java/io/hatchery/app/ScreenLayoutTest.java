package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScreenLayoutTest {
    @Test
    void linesAndColumnsThatDoNotFitAreCropped() {
        assertThat(ScreenLayout.crop("NAME  PHASE\nweb   running\ndb    stopped\nx     failed\n", 4, 8))
                .containsExactly("NAME  P…", "web   r…", "db    s…", "1 more;…");
    }

    @Test
    void textThatFitsIsShownWhole() {
        assertThat(ScreenLayout.crop("NAME\nweb\n", 10, 80)).containsExactly("NAME", "web", "q quits");
    }

    @Test
    void controlCharactersDoNotReachTheTerminal() {
        assertThat(ScreenLayout.crop("web \033[2J\tx\n", 10, 80)).containsExactly("web \\x1b[2J x", "q quits");
    }

    @Test
    void terminalOfOneRowAndOneColumnIsNotOverflowed() {
        assertThat(ScreenLayout.crop("NAME\nweb\n", 1, 1)).containsExactly("…");
    }
}
