package io.hatchery.app;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The entry point. Exit codes: 0 success, 1 refused or failed, 2 wrong command line, 3 an operation did not complete. */
@Command(
        name = "hatchery",
        description = "Manage fleets of OS containers that run under systemd-nspawn",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
public final class Main {
    /** In the order in which the help lists them. */
    private static final List<String> COMMANDS = List.of(
            "up",
            "down",
            "apply",
            "plan",
            "policy",
            "delete",
            "list",
            "show",
            "generations",
            "rollback",
            "start",
            "stop",
            "restart",
            "kill",
            "exec",
            "shell",
            "run",
            "port-forward",
            "watch",
            "events",
            "logs",
            "hosts",
            "host",
            "join",
            "token",
            "audit",
            "config-service",
            "runner",
            "gateway",
            "broker",
            "acls",
            "ca",
            "keys",
            "context",
            "settings",
            "help");

    private Main() {}

    /** Runs the command that the arguments name, and exits with its code. */
    public static void main(String[] arguments) {
        int code = execute(arguments);
        System.out.flush();
        System.exit(code);
    }

    /** Runs the command that the arguments name, and returns its exit code. */
    static int execute(String... arguments) {
        return commandLine(named(arguments)).execute(arguments);
    }

    /** All commands, ready to be executed. */
    static CommandLine commandLine() {
        return commandLine(COMMANDS);
    }

    /** The command that the first argument names, else all: reading the declarations of all takes longer than most commands run. */
    private static List<String> named(String... arguments) {
        return arguments.length == 0 || arguments[0].equals("help") || !COMMANDS.contains(arguments[0])
                ? COMMANDS
                : List.of(arguments[0]);
    }

    /** A switch and no table of constructors: method handles of classes that a training run has not linked break the AOT cache of JDK 25. */
    private static Object command(String name) {
        return switch (name) {
            case "up" -> new UpCommand();
            case "down" -> new DownCommand();
            case "apply" -> new ApplyCommand();
            case "plan" -> new PlanCommand();
            case "policy" -> new PolicyCommand();
            case "delete" -> new ClientCommands.Delete();
            case "list" -> new ClientCommands.ListContainers();
            case "show" -> new ClientCommands.Show();
            case "generations" -> new SystemCommands.Generations();
            case "rollback" -> new SystemCommands.Rollback();
            case "start" -> new VerbCommands.StartCommand();
            case "stop" -> new VerbCommands.StopCommand();
            case "restart" -> new VerbCommands.RestartCommand();
            case "kill" -> new VerbCommands.KillCommand();
            case "exec" -> new ExecCommands.ExecCommand();
            case "shell" -> new ExecCommands.ShellCommand();
            case "run" -> new ExecCommands.RunCommand();
            case "port-forward" -> new PortForwardCommand();
            case "watch" -> new WatchCommand();
            case "events" -> new EventsCommand();
            case "logs" -> new LogsCommand();
            case "hosts" -> new ClientCommands.Hosts();
            case "host" -> new HostCommands();
            case "join" -> new JoinCommand();
            case "token" ->
                new CommandLine(new TokenCommands())
                        .addSubcommand("create", new TokenCommands.Create())
                        .addSubcommand("list", new TokenCommands.ListTokens())
                        .addSubcommand("revoke", new TokenCommands.Revoke());
            case "audit" -> new AuditCommand();
            case "config-service" -> new ServiceCommands.Config();
            case "runner" -> new ServiceCommands.RunnerCommand();
            case "gateway" -> new ServiceCommands.Gateway();
            case "broker" -> new ServiceCommands.Broker();
            case "acls" -> new AclsCommand();
            case "ca" -> new CaCommands();
            case "keys" -> new KeysCommands();
            case "context" -> new ContextCommands();
            case "settings" -> new SettingsCommand();
            case "help" -> new CommandLine.HelpCommand();
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static CommandLine commandLine(List<String> names) {
        var root = new CommandLine(new Main());
        names.forEach(name -> root.addSubcommand(name, command(name)));
        return root.setParameterExceptionHandler(new MistypedArguments(root.getParameterExceptionHandler()))
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    ErrorLine.of(e)
                            .ifPresentOrElse(
                                    line -> command.getErr().println(Output.printable("hatchery: " + line)),
                                    () -> command.getErr().print(Output.printable(trace(e))));
                    command.getErr().flush(); // print does not do it
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
