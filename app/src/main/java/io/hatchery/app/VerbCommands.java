package io.hatchery.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.app.ApiClient.Answer;
import io.hatchery.spec.json.Json;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands that a runner executes. */
final class VerbCommands {
    private static final int NOT_AS_ASKED = 3;

    private VerbCommands() {}

    /** Shows an operation; the exit code says whether it is completed, or, if nobody waited, begun. */
    static int report(ApiClient api, Answer answer) {
        ObjectNode operation = answer.body();
        String outcome = operation.path("outcome").asText();
        if (api.json()) {
            System.out.println(Json.pretty(operation));
        } else {
            System.out.println(operation.path("command").asText() + " "
                    + operation.path("container").asText() + ": " + outcome
                    + (operation.has("stoppedBy")
                            ? ", stopped: " + operation.path("stoppedBy").asText()
                            : "")
                    + (operation.has("reason") ? " (" + operation.path("reason").asText() + ")" : "")
                    + (outcome.equals("pending")
                            ? ", see GET /v1/operations/" + operation.path("id").asText()
                            : ""));
        }
        return outcome.equals("completed") || answer.status() == 202 ? 0 : NOT_AS_ASKED;
    }

    /** What the four have in common. */
    abstract static class VerbCommand implements Callable<Integer> {
        @Mixin
        private ApiClient api = new ApiClient();

        @Parameters(paramLabel = "NAME")
        private String name = "";

        @Option(
                names = "--wait",
                paramLabel = "SPAN",
                description = "How long to wait for the outcome",
                defaultValue = "5min")
        private String wait = "5min";

        @Option(names = "--no-wait", description = "Return when the command is written")
        private boolean noWait;

        @Option(names = "--deadline", paramLabel = "TIME", description = "When it is too late to begin, RFC 3339")
        private @Nullable String deadline;

        private final String verb;

        VerbCommand(String verb) {
            this.verb = verb;
        }

        @Override
        public Integer call() {
            String query = (noWait ? "?" : "?wait=" + ClientCommands.encode(wait) + "&")
                    + (deadline == null ? "" : "deadline=" + ClientCommands.encode(deadline));
            return report(api, api.call("POST", ClientCommands.container(name) + "/" + verb + query));
        }
    }

    /** {@code hatchery start}. */
    @Command(name = "start", description = "Make a container run", mixinStandardHelpOptions = true)
    static final class Start extends VerbCommand {
        Start() {
            super("start");
        }
    }

    /** {@code hatchery stop}. */
    @Command(name = "stop", description = "End a container gracefully", mixinStandardHelpOptions = true)
    static final class Stop extends VerbCommand {
        Stop() {
            super("stop");
        }
    }

    /** {@code hatchery restart}. */
    @Command(
            name = "restart",
            description = "Stop a container if it runs, and start it",
            mixinStandardHelpOptions = true)
    static final class Restart extends VerbCommand {
        Restart() {
            super("restart");
        }
    }

    /** {@code hatchery kill}. */
    @Command(name = "kill", description = "End every process of a container at once", mixinStandardHelpOptions = true)
    static final class Kill extends VerbCommand {
        Kill() {
            super("kill");
        }
    }
}
