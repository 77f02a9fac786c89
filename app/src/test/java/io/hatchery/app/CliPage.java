package io.hatchery.app;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The reference page of the commands, generated from their declarations. */
final class CliPage {
    private static final String HEAD = """
            # Commands

            `hatchery COMMAND --help` prints the same. This page is generated from the code.

            | exit code | meaning |
            | --- | --- |
            | 0 | The command succeeded. |
            | 1 | The request was refused or failed; the last line on standard error says why. |
            | 2 | The command line is not valid. |
            | 3 | The operation ended with another outcome than `completed`, or not within `--wait`. |

            ## Common options

            | option | meaning | commands |
            | --- | --- | --- |
            | `--config FILE`, `--set KEY=VALUE` | [Configuration](configuration.md) from a file or a flag | all |
            | `--url URL` | Address of the gateway (default: `HATCHERY_URL`, or `gateway.address` and `gateway.port`) | those that use a gateway |
            | `--token-file FILE` | File with a token of the gateway (default: `HATCHERY_TOKEN`, or `gateway.token.file`) | those that use a gateway |
            | `-o`, `--output FORMAT` | `text` or `json` | those that print a result |
            """;

    private static final Set<String> COMMON = Set.of("--config", "--set", "--url", "--token-file", "--output");

    private CliPage() {}

    static String markdown(CommandLine root) {
        var page = new StringBuilder(HEAD);
        root.getSubcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(command -> !command.name().equals("help"))
                .sorted(Comparator.comparing(CommandSpec::name))
                .forEach(command -> appendAll(page, command));
        return page.toString();
    }

    private static void appendAll(StringBuilder page, CommandSpec command) {
        append(page, command);
        command.subcommands().values().stream().map(CommandLine::getCommandSpec).forEach(each -> appendAll(page, each));
    }

    private static void append(StringBuilder page, CommandSpec command) {
        page.append("\n## `").append(command.qualifiedName()).append("`\n\n");
        for (String line : command.usageMessage().description()) {
            page.append(line).append(".\n");
        }
        for (String line : command.usageMessage().footer()) {
            page.append("\n").append(line).append("\n");
        }
        List<ArgSpec> arguments = arguments(command);
        if (!arguments.isEmpty()) {
            page.append("\n| argument | meaning | default |\n| --- | --- | --- |\n");
        }
        for (ArgSpec argument : arguments) {
            page.append("| `").append(usage(argument).replace("|", "\\|")).append("` | ");
            page.append(Markdown.cell(String.join(" ", argument.description()))).append(" | ");
            String initial = argument.defaultValue();
            page.append(initial == null ? "" : "`" + initial + "`").append(" |\n");
        }
    }

    private static List<ArgSpec> arguments(CommandSpec command) {
        Stream<ArgSpec> positional = command.positionalParameters().stream()
                .filter(parameter -> !parameter.hidden())
                .map(ArgSpec.class::cast);
        Stream<ArgSpec> options = command.options().stream()
                .filter(option -> !option.hidden()
                        && !option.usageHelp()
                        && !option.versionHelp()
                        && !(COMMON.contains(option.longestName())
                                && !option.paramLabel().equals("commands")))
                .sorted(Comparator.comparing(OptionSpec::longestName))
                .map(ArgSpec.class::cast);
        return Stream.concat(positional, options).toList();
    }

    private static String usage(ArgSpec argument) {
        return switch (argument) {
            case OptionSpec option ->
                String.join(", ", option.names()) + (option.arity().max() == 0 ? "" : " " + option.paramLabel());
            case PositionalParamSpec parameter -> parameter.paramLabel();
            default -> throw new IllegalArgumentException("neither an option nor a parameter: " + argument);
        };
    }
}
