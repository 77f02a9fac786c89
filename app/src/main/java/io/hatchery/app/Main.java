package io.hatchery.app;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The entry point. Exit codes: 0 success, 1 refused or failed, 2 wrong command line, 3 an operation did not complete. */
@Command(
        name = "hatchery",
        description = "Manage fleets of OS containers that run under systemd-nspawn",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {
            UpCommand.class,
            DownCommand.class,
            ApplyCommand.class,
            PlanCommand.class,
            ClientCommands.Delete.class,
            ClientCommands.ListContainers.class,
            ClientCommands.Show.class,
            SystemCommands.Generations.class,
            SystemCommands.Rollback.class,
            VerbCommands.StartCommand.class,
            VerbCommands.StopCommand.class,
            VerbCommands.RestartCommand.class,
            VerbCommands.KillCommand.class,
            WatchCommand.class,
            EventsCommand.class,
            ClientCommands.Hosts.class,
            ServiceCommands.Config.class,
            ServiceCommands.RunnerCommand.class,
            ServiceCommands.Gateway.class,
            ServiceCommands.Broker.class,
            Main.SettingsCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Main {
    private Main() {}

    /** Runs the command that the arguments name, and exits with its code. */
    public static void main(String[] arguments) {
        int code = commandLine().execute(arguments);
        System.out.flush();
        System.exit(code);
    }

    /** All commands, ready to be executed. */
    static CommandLine commandLine() {
        var commandLine = new CommandLine(new Main());
        return commandLine
                .setParameterExceptionHandler(new MistypedArguments(commandLine.getParameterExceptionHandler()))
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    ErrorLine.of(e)
                            .ifPresentOrElse(
                                    line -> command.getErr().println(Output.printable("hatchery: " + line)),
                                    () -> command.getErr().print(Output.printable(trace(e))));
                    return 1;
                })
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    private static String trace(Throwable e) {
        var trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace, true));
        return trace.toString();
    }

    /** {@code hatchery settings}. */
    @Command(
            name = "settings",
            description = "List all configuration keys with their values",
            mixinStandardHelpOptions = true)
    static final class SettingsCommand implements Runnable {
        @Mixin
        private SettingsOptions options = new SettingsOptions();

        @Override
        public void run() {
            options.settings().check();
            options.settings().format().forEach(Output::line);
        }
    }

    /** {@code hatchery --version}. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"hatchery " + Services.VERSION};
        }
    }
}
