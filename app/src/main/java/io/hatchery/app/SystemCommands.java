package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands for the NixOS systems of a container. */
final class SystemCommands {
    private SystemCommands() {}

    /** {@code hatchery generations}. */
    @Command(
            name = "generations",
            description = "List the NixOS systems that a container had",
            mixinStandardHelpOptions = true)
    static final class Generations implements Runnable {
        @Mixin
        private ApiClient api = new ApiClient();

        @Parameters(paramLabel = "NAME", description = "Name of the container")
        private String name = "";

        @Override
        public void run() {
            JsonNode items = api.call("GET", ClientCommands.container(name) + "/generations")
                    .body()
                    .path("items");
            if (api.json()) {
                Output.json(items);
                return;
            }
            var table = new TextTable("GENERATION", "GIVEN", "REVISION", "", "SYSTEM");
            for (JsonNode item : items) {
                table.row(
                        item.path("generation").asText(),
                        TextTable.since(item.path("since"), Instant.now()) + " ago",
                        item.path("revision").asText(),
                        item.path("running").asBoolean()
                                ? "running"
                                : item.path("current").asBoolean() ? "current" : "",
                        item.path("path").asText());
            }
            Output.text(table.text());
        }
    }

    /** {@code hatchery rollback}. */
    @Command(
            name = "rollback",
            description = "Return a container to an earlier NixOS system",
            footer =
                    "The definition then has that system as its path. To return to your own definition, apply it again.",
            mixinStandardHelpOptions = true)
    static final class Rollback implements Callable<Integer> {
        @Mixin
        private ApiClient api = new ApiClient();

        @Parameters(paramLabel = "NAME", description = "Name of the container")
        private String name = "";

        @Option(
                names = "--to",
                paramLabel = "GENERATION",
                description = "Generation, as 'hatchery generations' lists it (default: the one before)")
        private @Nullable Long to;

        @Override
        public Integer call() {
            JsonNode container = api.call(
                            "POST", ClientCommands.container(name) + "/rollback" + (to == null ? "" : "?to=" + to))
                    .body();
            if (api.json()) {
                Output.json(container);
            } else {
                Output.line(name + " returns to "
                        + container.at("/spec/payload/path").asText() + " with generation "
                        + container.path("generation").asText());
            }
            return 0;
        }
    }
}
