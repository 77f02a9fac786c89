package io.hatchery.app;

import io.hatchery.spec.option.NameSuggestion;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Answers an argument that no command takes with one line and the nearest name; picocli answers all other mistakes. */
final class MistypedArguments implements CommandLine.IParameterExceptionHandler {
    private final CommandLine.IParameterExceptionHandler others;

    /**
     * @param others answers all other mistakes
     */
    MistypedArguments(CommandLine.IParameterExceptionHandler others) {
        this.others = others;
    }

    @Override
    public int handleParseException(CommandLine.ParameterException e, String[] arguments) throws Exception {
        if (e instanceof CommandLine.UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            CommandLine command = e.getCommandLine();
            command.getErr()
                    .println(Output.printable("hatchery: "
                            + answer(command, unmatched.getUnmatched().getFirst())));
            return command.getCommandSpec().exitCodeOnInvalidInput();
        }
        return others.handleParseException(e, arguments);
    }

    private static String answer(CommandLine command, String argument) {
        String name = command.getCommandSpec().qualifiedName();
        if (argument.startsWith("-")) {
            String option = argument.replaceFirst("=.*", "");
            return name + " has no option " + option + suggestion(name, nearestOption(command, option));
        }
        if (command.getSubcommands().isEmpty()) {
            return name + " takes no argument '" + argument + "': run " + name + " --help";
        }
        List<String> commands = List.copyOf(command.getSubcommands().keySet());
        return "there is no command '" + argument + "'" + suggestion(name, NameSuggestion.of(argument, commands));
    }

    /** The nearest option, or the nearest command for a command that was written as an option. */
    private static @Nullable String nearestOption(CommandLine command, String option) {
        List<String> options = command.getCommandSpec().optionsMap().keySet().stream()
                .filter(known -> known.startsWith("--"))
                .toList();
        String nearest = NameSuggestion.of(option, options);
        return nearest != null
                ? nearest
                : NameSuggestion.of(
                        option.replaceFirst("^-+", ""),
                        List.copyOf(command.getSubcommands().keySet()));
    }

    private static String suggestion(String command, @Nullable String nearest) {
        return nearest == null ? ": run " + command + " --help" : ": did you mean " + nearest + "?";
    }
}
