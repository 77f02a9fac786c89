package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.json.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands that read and define by way of the gateway. */
final class ClientCommands {
    private ClientCommands() {}

    static String container(String name) {
        try {
            return "/v1/containers/" + new ContainerName(name);
        } catch (IllegalArgumentException e) {
            throw new Refusal(String.valueOf(e.getMessage()), e);
        }
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** {@code hatchery delete}. */
    @Command(name = "delete", description = "Stop a container and remove it", mixinStandardHelpOptions = true)
    static final class Delete implements Callable<Integer> {
        @Mixin
        private ApiClient api = new ApiClient();

        @Parameters(paramLabel = "NAME")
        private String name = "";

        @Option(names = "--purge", description = "Remove its root as well")
        private boolean purge;

        @Override
        public Integer call() {
            return VerbCommands.report(
                    api, api.call("DELETE", container(name) + "?wait=5min" + (purge ? "&purge=true" : "")));
        }
    }

    /** {@code hatchery list}. */
    @Command(name = "list", description = "List containers", mixinStandardHelpOptions = true)
    static final class ListContainers implements Runnable {
        @Mixin
        private ApiClient api = new ApiClient();

        @Option(names = "--host", paramLabel = "HOST", description = "Only those of this host")
        private @Nullable String host;

        @Option(names = "--phase", paramLabel = "PHASE", description = "Only those in this phase")
        private @Nullable String phase;

        @Option(names = "--label", paramLabel = "KEY[=VALUE]", description = "Only those with this label")
        private List<String> labels = List.of();

        @Override
        public void run() {
            var filter = new StringBuilder();
            if (host != null) {
                filter.append("&host=").append(encode(host));
            }
            if (phase != null) {
                filter.append("&phase=").append(encode(phase));
            }
            labels.forEach(label -> filter.append("&label=").append(encode(label)));
            ArrayNode all = Json.object().putArray("items");
            api.all("/v1/containers", filter.toString()).forEach(all::add);
            System.out.print(
                    api.json()
                            ? Json.pretty(all) + "\n"
                            : Table.ofContainers(all, Instant.now()).text());
        }
    }

    /** {@code hatchery show}. */
    @Command(name = "show", description = "Show everything about a container", mixinStandardHelpOptions = true)
    static final class Show implements Runnable {
        @Mixin
        private ApiClient api = new ApiClient();

        @Parameters(paramLabel = "NAME")
        private String name = "";

        @Override
        public void run() {
            System.out.println(Json.pretty(api.call("GET", container(name)).body()));
        }
    }

    /** {@code hatchery hosts}. */
    @Command(name = "hosts", description = "List hosts", mixinStandardHelpOptions = true)
    static final class Hosts implements Runnable {
        @Mixin
        private ApiClient api = new ApiClient();

        @Override
        public void run() {
            JsonNode hosts = api.call("GET", "/v1/hosts").body().path("items");
            if (api.json()) {
                System.out.println(Json.pretty(hosts));
                return;
            }
            var table = new Table("HOST", "STATE", "CONTAINERS", "DRIVER", "CGROUPS", "CPUS", "MEMORY", "HEARD OF");
            for (JsonNode host : hosts) {
                table.row(
                        host.path("host").asText(),
                        host.path("state").asText(),
                        host.path("containers").asText(),
                        host.path("driver").asText(),
                        host.path("cgroups").asText(),
                        host.path("cpus").asText(),
                        (host.path("memory").asLong() >> 30) + "G",
                        Table.since(host.path("at"), Instant.now()) + " ago");
            }
            System.out.print(table.text());
        }
    }

    /** {@code hatchery events}. */
    @Command(name = "events", description = "List what happened", mixinStandardHelpOptions = true)
    static final class Events implements Runnable {
        @Mixin
        private ApiClient api = new ApiClient();

        @Option(names = "--container", paramLabel = "NAME", description = "Only what happened to this one")
        private @Nullable String container;

        @Option(names = "--since", paramLabel = "CURSOR", description = "Only what came after")
        private @Nullable String since;

        @Option(names = "--limit", paramLabel = "N", description = "At most so many", defaultValue = "100")
        private int limit = 100;

        @Override
        public void run() {
            String query = "/v1/events?limit=" + limit + (container == null ? "" : "&container=" + encode(container))
                    + (since == null ? "" : "&since=" + encode(since));
            ObjectNode page = api.call("GET", query).body();
            if (api.json()) {
                System.out.println(Json.pretty(page));
                return;
            }
            for (JsonNode item : page.path("items")) {
                System.out.println(inWords(item.path("event")));
            }
        }

        static String inWords(JsonNode event) {
            String what = switch (event.path("type").asText()) {
                case "transition" ->
                    event.path("from").asText() + " -> " + event.path("to").asText();
                case "accepted" -> event.path("command").asText() + " accepted";
                case "outcome" ->
                    event.path("command").asText() + " " + event.path("outcome").asText()
                            + (event.has("stoppedBy")
                                    ? ", " + event.path("stoppedBy").asText()
                                    : "");
                case "system" ->
                    "system " + event.path("source").asText()
                            + (event.has("path") ? " " + event.path("path").asText() : "");
                case "fetching" ->
                    "fetching " + event.path("path").asText() + ", "
                            + event.path("paths").asText() + " of "
                            + event.path("pathsExpected").asText() + " paths, "
                            + event.path("bytes").asText() + " of "
                            + event.path("bytesExpected").asText() + " bytes";
                default ->
                    event.path("type").asText() + " " + event.path("state").asText();
            };
            return event.path("at").asText() + "  " + event.path("container").asText() + "  " + what
                    + (event.has("reason") ? " (" + event.path("reason").asText() + ")" : "");
        }
    }
}
