package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hatchery watch}: a live table on a terminal, a line or a JSON message per change elsewhere. */
@Command(name = "watch", description = "Watch the fleet live", mixinStandardHelpOptions = true)
final class Watch implements Runnable {
    private static final String CLEAR = "\033[H\033[2J";
    private static final long RECONNECT_MILLIS = 1000;

    @Mixin
    private ApiClient api = new ApiClient();

    @Option(names = "--container", paramLabel = "NAME", description = "Only this one")
    private @Nullable String container;

    @Option(names = "--host", paramLabel = "HOST", description = "Only those of this host")
    private @Nullable String host;

    @Option(names = "--since", paramLabel = "CURSOR", description = "From this cursor on, instead of a snapshot")
    private @Nullable String since;

    private final Map<String, ObjectNode> containers = new TreeMap<>();
    private final boolean terminal = Terminal.console().isPresent();

    @Override
    public void run() {
        boolean first = true;
        while (true) {
            try {
                follow();
            } catch (Refusal e) {
                if (first) {
                    throw e;
                }
                System.err.println("hatchery: " + e.getMessage());
            }
            first = false;
            try {
                Thread.sleep(RECONNECT_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            System.err.println("hatchery: not live: coming back from where it broke off");
        }
    }

    private void follow() {
        var ended = new CountDownLatch(1);
        String query = "?" + (container == null ? "" : "container=" + ClientCommands.encode(container) + "&")
                + (host == null ? "" : "host=" + ClientCommands.encode(host) + "&")
                + (since == null ? "" : "since=" + ClientCommands.encode(since));
        api.watch(query, new Listener(ended));
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final CountDownLatch ended;
        private final StringBuilder text = new StringBuilder();

        Listener(CountDownLatch ended) {
            this.ended = ended;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                show(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            if (code == 4410) {
                since = null; // what was missed is gone: begin anew
            }
            ended.countDown();
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable e) {
            ended.countDown();
        }
    }

    private void show(String text) {
        ObjectNode message;
        try {
            message = Json.readObject(text.getBytes(StandardCharsets.UTF_8));
        } catch (UnreadableException e) {
            throw new Refusal("the stream sent what is no message: " + e.getMessage(), e);
        }
        since = message.path("cursor").asText(since);
        if (api.json()) {
            System.out.println(text);
            return;
        }
        fold(message);
        if (terminal) {
            System.out.print(CLEAR
                    + Table.ofContainers(containers.values(), Instant.now()).text());
        } else if (message.path("type").asText().equals("event")) {
            System.out.println(ClientCommands.Events.inWords(message.path("event")));
        } else if (message.path("type").asText().equals("snapshot")) {
            System.out.print(
                    Table.ofContainers(containers.values(), Instant.now()).text());
        }
    }

    private void fold(ObjectNode message) {
        switch (message.path("type").asText()) {
            case "snapshot" -> {
                containers.clear();
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
            default -> {
                // events and hosts change nothing in the table
            }
        }
    }
}
