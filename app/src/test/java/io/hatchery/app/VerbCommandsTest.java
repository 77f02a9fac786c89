package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Verb;
import org.junit.jupiter.api.Test;

class VerbCommandsTest {
    @Test
    void everyVerbOfACommandHasACommandOfTheCommandLine() {
        assertThat(Main.commandLine().getSubcommands().keySet())
                .containsAll(Verb.commands().stream().map(Verb::word).toList());
    }
}
