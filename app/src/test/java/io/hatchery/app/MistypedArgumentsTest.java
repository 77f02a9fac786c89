package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Arguments that no command takes, each answered by one line and the exit code 2. */
class MistypedArgumentsTest {
    @Test
    void nearestCommandIsSuggested() {
        answers("hatchery: there is no command 'strat': did you mean start?", "strat", "web");
        answers("hatchery: there is no command 'lst': did you mean list?", "lst");
    }

    @Test
    void helpIsSuggestedIfNothingIsNear() {
        answers("hatchery: there is no command 'frobnicate': run hatchery --help", "frobnicate");
        answers("hatchery: hatchery list has no option --frobnicate: run hatchery list --help", "list", "--frobnicate");
    }

    @Test
    void commandThatIsWrittenAsAnOptionIsSuggested() {
        answers("hatchery: hatchery has no option --lsit: did you mean list?", "--lsit");
    }

    @Test
    void nearestOptionIsSuggested() {
        answers("hatchery: hatchery list has no option --hots: did you mean --host?", "list", "--hots=h1");
    }

    @Test
    void argumentThatACommandDoesNotTakeIsNamed() {
        answers("hatchery: hatchery hosts takes no argument 'h1': run hatchery hosts --help", "hosts", "h1");
    }

    private static void answers(String line, String... arguments) {
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.err()).isEqualTo(line + "\n");
        assertThat(run.code()).isEqualTo(2);
    }
}
