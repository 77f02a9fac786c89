package io.hatchery.app;

import io.hatchery.app.ApiClient.ApiResponse;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The commands that a runner executes: start, stop, restart and kill. */
final class VerbCommands {
    private static final int NOT_COMPLETED = 3;

    private VerbCommands() {}

    /** Prints an operation and returns its {@link #exitCode}. */
    static int report(ApiClient api, ApiResponse answer, boolean waited) {
        if (api.json()) {
            Output.json(answer.body());
        } else {
            Output.text(OperationText.of(answer.body()));
        }
        return exitCode(answer, waited);
    }

    /** 0 if the operation completed, or if the command does not wait; else 3. */
    static int exitCode(ApiResponse answer, boolean waited) {
        return answer.body().path("outcome").asText().equals("completed") || !waited ? 0 : NOT_COMPLETED;
    }

    /** The options and the execution that these commands share. */
    abstract static class VerbCommand implements Callable<Integer> {
        @Mixin
        private ApiClient api = new ApiClient();

        @Mixin
        private TargetContainers targets = new TargetContainers();

        @Option(
                names = "--wait",
                paramLabel = "DURATION",
                description = "How long to wait for the outcome, such as 30s",
                defaultValue = "5min")
        private String wait = "5min";

        @Option(names = "--no-wait", description = "Return when the command is accepted; do not wait for the outcome")
        private boolean noWait;

        @Option(
                names = "--deadline",
                paramLabel = "TIME",
                description = "Reject the command if it has not begun by this time (RFC 3339)")
        private @Nullable String deadline;

        private final String verb;

        VerbCommand(String verb) {
            this.verb = verb;
        }

        @Override
        public Integer call() {
            String query = Stream.of(
                            noWait ? "" : "wait=" + ClientCommands.encode(wait),
                            deadline == null ? "" : "deadline=" + ClientCommands.encode(deadline))
                    .filter(parameter -> !parameter.isEmpty())
                    .collect(Collectors.joining("&", "?", ""));
            List<String> containers = targets.resolve(api);
            return targets.operate(
                    api,
                    containers,
                    !noWait,
                    name -> api.call("POST", ClientCommands.container(name) + "/" + verb + query));
        }
    }

    /** {@code hatchery start}. */
    @Command(name = "start", description = "Start containers", mixinStandardHelpOptions = true)
    static final class StartCommand extends VerbCommand {
        StartCommand() {
            super("start");
        }
    }

    /** {@code hatchery stop}. */
    @Command(name = "stop", description = "Stop containers gracefully", mixinStandardHelpOptions = true)
    static final class StopCommand extends VerbCommand {
        StopCommand() {
            super("stop");
        }
    }

    /** {@code hatchery restart}. */
    @Command(
            name = "restart",
            description = "Restart containers; starts those that do not run",
            mixinStandardHelpOptions = true)
    static final class RestartCommand extends VerbCommand {
        RestartCommand() {
            super("restart");
        }
    }

    /** {@code hatchery kill}. */
    @Command(name = "kill", description = "Kill all processes of containers at once", mixinStandardHelpOptions = true)
    static final class KillCommand extends VerbCommand {
        KillCommand() {
            super("kill");
        }
    }
}
