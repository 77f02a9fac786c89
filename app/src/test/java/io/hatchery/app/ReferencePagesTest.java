package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The reference pages of the command line and of the configuration keys equal what the code declares. */
class ReferencePagesTest {
    private static final Path REFERENCE = Path.of("..", "docs", "reference");

    @Test
    void cliPageListsEveryCommand() throws IOException {
        requireContent("cli.md", CliPage.markdown(Main.commandLine()));
    }

    @Test
    void configurationPageListsEveryKey() throws IOException {
        requireContent("configuration.md", ConfigurationPage.markdown());
    }

    @Test
    void everyKeyHasADescription() {
        assertThat(Settings.KEYS)
                .allSatisfy(key -> assertThat(key.description())
                        .as(key.name())
                        .isNotBlank()
                        .doesNotEndWith("."));
    }

    @Test
    void everyCommandAndOptionHasADescription() {
        for (CommandLine command : commands(Main.commandLine())) {
            assertThat(command.getCommandSpec().usageMessage().description())
                    .as(command.getCommandName())
                    .isNotEmpty();
            if (!command.getCommandName().equals("help")) {
                assertThat(command.getCommandSpec().args())
                        .allSatisfy(argument -> assertThat(argument.description())
                                .as(command.getCommandName() + " " + argument.paramLabel())
                                .isNotEmpty());
            }
        }
    }

    private static List<CommandLine> commands(CommandLine command) {
        return command.getSubcommands().values().stream()
                .flatMap(each -> Stream.concat(Stream.of(each), commands(each).stream()))
                .toList();
    }

    private static void requireContent(String file, String expected) throws IOException {
        Path page = REFERENCE.resolve(file);
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(page, expected);
        }
        assertThat(page)
                .as("docs/reference is generated from the code: run ./test --docs and commit the result")
                .hasContent(expected);
    }
}
