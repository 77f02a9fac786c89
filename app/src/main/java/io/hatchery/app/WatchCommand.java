package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hatchery watch}: a live table on a terminal, a line or a JSON message per change elsewhere. */
@Command(name = "watch", description = "Show the fleet live; press q to quit", mixinStandardHelpOptions = true)
final class WatchCommand implements Runnable {
    @Mixin
    private ApiClient api = new ApiClient();

    @Mixin
    private ContainerFilter container = new ContainerFilter();

    @Option(names = "--host", paramLabel = "HOST", description = "Only containers of this host")
    private @Nullable String host;

    @Option(
            names = "--since",
            paramLabel = "CURSOR",
            description = "Start after this cursor instead of with a snapshot")
    private @Nullable String since;

    private final Map<String, ObjectNode> containers = new TreeMap<>();
    private boolean isInSnapshot;
    private @Nullable RawTerminal terminal;

    @Override
    public void run() {
        if (since == null) {
            container.require(api);
        }
        if (host != null && since == null) {
            ClientCommands.requireHost(api, host);
        }
        String filter = container.parameter() + (host == null ? "" : "host=" + ClientCommands.encode(host) + "&");
        var follower = new StreamFollower(api, filter, since, this::show);
        if (api.json() || Terminal.console().isEmpty()) {
            follower.run();
            return;
        }
        try (RawTerminal raw = RawTerminal.open()) {
            terminal = raw;
            Thread.ofPlatform().daemon().name("hatchery-keys").start(() -> awaitQuit(follower));
            follower.run();
        }
    }

    /** Stops at q, Q, or the end of the input. */
    private static void awaitQuit(StreamFollower follower) {
        try {
            int key = System.in.read();
            while (key != 'q' && key != 'Q' && key != -1) {
                key = System.in.read();
            }
        } catch (IOException e) {
            Output.note("hatchery: keys cannot be read: " + e.getMessage());
        }
        follower.stop();
    }

    private void show(ObjectNode message) {
        if (api.json()) {
            Output.jsonLine(message);
            return;
        }
        String type = message.path("type").asText();
        boolean isWhole = isInSnapshot && type.equals("synced");
        fold(message);
        if (terminal != null) {
            terminal.show(table());
        } else if (type.equals("event")) {
            Output.line(EventsCommand.format(message.path("event")));
        } else if (isWhole) {
            Output.text(table());
        }
    }

    private String table() {
        return TextTable.ofContainers(containers.values(), Instant.now()).text();
    }

    private void fold(ObjectNode message) {
        switch (message.path("type").asText()) {
            case "snapshot" -> {
                if (!isInSnapshot) {
                    containers.clear();
                    isInSnapshot = true;
                }
                for (JsonNode resource : message.path("containers")) {
                    containers.put(resource.path("name").asText(), (ObjectNode) resource);
                }
            }
            case "status" -> {
                String name = message.path("container").asText();
                if (message.path("status").isNull()) {
                    containers.remove(name);
                } else {
                    ObjectNode resource =
                            containers.computeIfAbsent(name, n -> Json.object().put("name", n));
                    resource.set("status", message.get("status"));
                    resource.set("host", message.get("host"));
                    resource.set("generation", message.path("status").path("generation"));
                }
            }
            case "deselected" -> containers.remove(message.path("container").asText());
            case "synced" -> isInSnapshot = false;
            default -> {
                // events and hosts change nothing in the table
            }
        }
    }
}
