package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands that show and delete containers and hosts. */
final class ClientCommands {
    private ClientCommands() {}

    static String container(String name) {
        try {
            return "/v1/containers/" + new ContainerName(name);
        } catch (IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    /** Checks that the fleet knows a host. */
    static void requireHost(ApiClient api, String host) {
        if (!HostName.isValid(host)) {
            throw new UserError("'" + host + "' is not a valid host name: " + HostName.PATTERN);
        }
        api.require("/v1/hosts/" + host, "host " + host + ": run hatchery hosts for the list");
    }

    /** Checks that the fleet has a container. */
    static void requireContainer(ApiClient api, String container) {
        api.require(container(container), "container " + container + ": run hatchery list for the list");
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** {@code hatchery delete}. */
    @Command(name = "delete", description = "Stop and delete containers", mixinStandardHelpOptions = true)
    static final class Delete implements Callable<Integer> {
        @Mixin
        private ApiClient api = new ApiClient();

        @Mixin
        private TargetContainers targets = new TargetContainers();

        @Option(names = "--purge", description = "Also delete their roots")
        private boolean purge;

        @Option(names = "--yes", description = "With --all or --selector: do not ask for confirmation")
        private boolean yes;

        @Override
        public Integer call() {
            List<String> containers = targets.resolve(api);
            if (targets.areMany() && !yes) {
                String question =
                        "stop and remove " + String.join(", ", containers) + (purge ? " and their roots" : "");
                Terminal.confirm(
                        Terminal.console()
                                .orElseThrow(() -> new UserError("hatchery delete would " + question
                                        + ", and there is no terminal to confirm it: add --yes. Nothing was changed")),
                        question.replaceFirst("^s", "S") + "?");
            }
            String query = "?wait=5min" + (purge ? "&purge=true" : "");
            return targets.operate(api, containers, true, name -> api.call("DELETE", container(name) + query));
        }
    }

    /** {@code hatchery list}. */
    @Command(name = "list", description = "List containers", mixinStandardHelpOptions = true)
    static final class ListContainers implements Runnable {
        @Mixin
        private ApiClient api = new ApiClient();

        @Option(names = "--host", paramLabel = "HOST", description = "Only containers of this host")
        private @Nullable String host;

        @Option(names = "--phase", paramLabel = "PHASE", description = "Only containers in this phase, such as running")
        private @Nullable String phase;

        @Option(
                names = {"-l", "--selector"},
                paramLabel = "SELECTOR",
                description =
                        "Only containers whose labels match, as in Kubernetes: tier=web,env!=dev,zone in (a,b),!old")
        private @Nullable String selector;

        @Option(names = "--outdated", description = "Only containers that run from another spec than the one in force")
        private boolean outdated;

        @Option(
                names = "--text",
                paramLabel = "TEXT",
                description = "Only containers with this text in the name, the description or the host")
        private @Nullable String text;

        @Option(
                names = "--sort",
                paramLabel = "ORDER",
                description = "name, host, phase or changed; a minus sign reverses the order, as in -changed")
        private @Nullable String sort;

        @Override
        public void run() {
            var filter = new StringBuilder();
            if (host != null) {
                requireHost(api, host);
                filter.append("&host=").append(encode(host));
            }
            if (phase != null) {
                filter.append("&phase=").append(encode(phase));
            }
            filter.append(TargetContainers.selectorParameter(selector));
            if (outdated) {
                filter.append("&outdated=true");
            }
            if (text != null) {
                filter.append("&text=").append(encode(text));
            }
            if (sort != null) {
                filter.append("&sort=").append(encode(sort));
            }
            ArrayNode all = Json.object().putArray("items");
            api.all("/v1/containers", filter.toString()).forEach(all::add);
            if (api.json()) {
                Output.json(all);
            } else {
                Output.text(TextTable.ofContainers(all, Instant.now()).text());
            }
        }
    }

    /** {@code hatchery show}. */
    @Command(name = "show", description = "Show a container: definition, spec, status", mixinStandardHelpOptions = true)
    static final class Show implements Runnable {
        @Mixin
        private ApiClient api = new ApiClient();

        @Parameters(paramLabel = "NAME", description = "Name of the container")
        private String name = "";

        @Override
        public void run() {
            Output.json(api.call("GET", container(name)).body());
        }
    }

    /** {@code hatchery hosts}. */
    @Command(name = "hosts", description = "List the hosts of the fleet", mixinStandardHelpOptions = true)
    static final class Hosts implements Runnable {
        @Mixin
        private ApiClient api = new ApiClient();

        @Override
        public void run() {
            List<JsonNode> hosts = api.all("/v1/hosts");
            if (api.json()) {
                Output.json(Json.node(hosts));
                return;
            }
            var table = new TextTable(
                    "HOST",
                    "STATE",
                    "CONTAINERS",
                    "POLICY",
                    "DRIVER",
                    "CGROUPS",
                    "CPUS",
                    "MEMORY",
                    "LAST HEARTBEAT",
                    "LABELS");
            for (JsonNode host : hosts) {
                table.row(
                        host.path("host").asText(),
                        host.path("state").asText(),
                        host.path("containers").asText(),
                        host.path("policy").path("level").asText("-"),
                        host.path("driver").asText(),
                        host.path("cgroups").asText(),
                        host.path("cpus").asText(),
                        (host.path("memory").asLong() >> 30) + "G",
                        TextTable.since(host.path("at"), Instant.now()) + " ago",
                        labels(host.path("labels")));
            }
            Output.text(table.text());
        }

        private static String labels(JsonNode labels) {
            return labels.isEmpty()
                    ? "-"
                    : labels.properties().stream()
                            .map(label ->
                                    label.getKey() + "=" + label.getValue().asText())
                            .sorted()
                            .collect(Collectors.joining(","));
        }
    }
}
