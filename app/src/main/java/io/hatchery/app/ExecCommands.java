package io.hatchery.app;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands that run something inside a container and connect it with the user. */
final class ExecCommands {
    /** As docker(1) and others do, so that it is no exit status that commands usually have. */
    private static final int OWN_FAILURE = 125;

    private ExecCommands() {}

    /** What these commands share. */
    abstract static class SessionCommand implements Callable<Integer> {
        @Mixin
        private ApiClient api = new ApiClient();

        @Parameters(index = "0", paramLabel = "CONTAINER", description = "The container, which must run")
        private String container = "";

        @Option(
                names = {"-u", "--user"},
                paramLabel = "USER",
                description = "Name or number of the user in the container (default: root)")
        private @Nullable String user;

        @Option(
                names = {"-w", "--cwd"},
                paramLabel = "FOLDER",
                description = "Where it begins, an absolute path in the container (default: the user's home)")
        private @Nullable String folder;

        @Option(
                names = {"-e", "--env"},
                paramLabel = "NAME=VALUE",
                description = "A variable beside PATH, HOME, USER and the like; may be repeated")
        private Map<String, String> variables = new LinkedHashMap<>();

        /** The words of the command; none for a login shell. */
        abstract List<String> command();

        abstract boolean isTerminal();

        abstract boolean hasInput();

        @Override
        public Integer call() {
            try {
                return run();
            } catch (UserError e) {
                Output.note("hatchery: " + e.getMessage());
                return OWN_FAILURE;
            }
        }

        private int run() {
            var all = new TreeMap<>(variables);
            String terminal = System.getenv("TERM");
            if (isTerminal() && terminal != null && terminal.matches("[A-Za-z0-9._+-]{1,64}")) {
                all.putIfAbsent("TERM", terminal);
            }
            SessionSocket socket = api.session(ClientCommands.container(container) + "/exec?" + query(), all);
            var client = new SessionClient(socket);
            try (SessionTerminal taken = isTerminal() ? SessionTerminal.open() : null) {
                if (taken != null) {
                    client.sendSize();
                }
                if (hasInput()) {
                    client.sendInput();
                }
                return client.awaitEnd();
            }
        }

        private String query() {
            var query = new StringBuilder("stdin=" + hasInput() + "&stdout=true&stderr=" + !isTerminal())
                    .append("&tty=")
                    .append(isTerminal());
            command().forEach(word -> query.append("&command=").append(ClientCommands.encode(word)));
            if (user != null) {
                query.append("&user=").append(ClientCommands.encode(user));
            }
            if (folder != null) {
                query.append("&cwd=").append(ClientCommands.encode(folder));
            }
            return query.toString();
        }
    }

    /** {@code hatchery exec}. */
    @Command(
            name = "exec",
            description = {
                "Run a command in a container",
                "",
                "The exit status is that of the command: 126 if it cannot be executed, 127 if it is not found, 128 and the"
                        + " signal's number if a signal ended it; 125 if Hatchery fails. What the command leaves behind in"
                        + " the background ends with it."
            },
            mixinStandardHelpOptions = true)
    static final class ExecCommand extends SessionCommand {
        @Parameters(
                index = "1..*",
                arity = "1..*",
                paramLabel = "COMMAND",
                description = "The command and its arguments, after --")
        private List<String> command = List.of();

        @Option(
                names = {"-t", "--tty"},
                description = "Give the command a terminal")
        private boolean terminal;

        @Option(
                names = {"-n", "--no-input"},
                description = "Do not read the standard input: the command has none")
        private boolean noInput;

        @Override
        List<String> command() {
            return command;
        }

        @Override
        boolean isTerminal() {
            return terminal;
        }

        @Override
        boolean hasInput() {
            return !noInput;
        }
    }

    /** {@code hatchery run}. */
    @Command(
            name = "run",
            description = {
                "Run a command in a container, with the environment of a login shell",
                "",
                "As nixos-container run does. The exit status is that of hatchery exec. The container needs /bin/sh."
            },
            mixinStandardHelpOptions = true)
    static final class RunCommand extends SessionCommand {
        @Parameters(
                index = "1..*",
                arity = "1..*",
                paramLabel = "COMMAND",
                description = "The command and its arguments, after --")
        private List<String> command = List.of();

        @Override
        List<String> command() {
            var words = new ArrayList<>(List.of("/bin/sh", "-l", "-c", "exec \"$@\"", "sh"));
            words.addAll(command);
            return words;
        }

        @Override
        boolean isTerminal() {
            return false;
        }

        @Override
        boolean hasInput() {
            return true;
        }
    }

    /** {@code hatchery shell}. */
    @Command(
            name = "shell",
            description = "Open the login shell of a user in a container",
            mixinStandardHelpOptions = true)
    static final class ShellCommand extends SessionCommand {
        @Override
        List<String> command() {
            return List.of();
        }

        @Override
        boolean isTerminal() {
            return true;
        }

        @Override
        boolean hasInput() {
            return true;
        }
    }
}
