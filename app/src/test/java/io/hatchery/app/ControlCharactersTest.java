package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What containers, builds and services said reaches no terminal with control characters, whichever command shows it. */
class ControlCharactersTest {
    /** Sets the title, clears the screen by a C1 control, reverses the direction, erases, and begins a line of its own. */
    private static final String HOSTILE = "said \033]0;title\007 \u009b2J \u202e \u007f \r\nnext line";

    @TempDir
    static Path folder;

    private static Vertx vertx;
    private static HttpServer server;
    private static Path token;
    private static Path definition;

    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    @BeforeAll
    static void serve() throws Exception {
        token = Files.writeString(folder.resolve("token"), "secret");
        definition = Files.writeString(folder.resolve("web.json"), "{\"config\": \"{ }\"}");
        vertx = Vertx.vertx();
        server = vertx.createHttpServer()
                .requestHandler(ControlCharactersTest::answer)
                .webSocketHandler(socket -> {
                    socket.writeTextMessage(Json.text(snapshot()));
                    socket.writeTextMessage(
                            Json.text(Json.object().put("type", "event").set("event", event())));
                    socket.close();
                })
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
    }

    @AfterAll
    static void end() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @BeforeEach
    void capture() {
        var stream = new PrintStream(shown, true, StandardCharsets.UTF_8);
        System.setOut(stream);
        System.setErr(stream);
    }

    @AfterEach
    void release() {
        System.setOut(out);
        System.setErr(err);
    }

    private static ObjectNode event() {
        return Json.object()
                .put("type", "transition")
                .put("at", "2026-01-01T00:00:00Z")
                .put("container", HOSTILE)
                .put("from", "running")
                .put("to", "failed")
                .put("reason", HOSTILE);
    }

    private static ObjectNode container() {
        ObjectNode container =
                Json.object().put("name", "web").put("host", HOSTILE).put("revision", 5);
        container.putObject("status").put("phase", "failed").put("reason", HOSTILE);
        container.putObject("definition").put("root", HOSTILE);
        container.putObject("spec").putObject("payload").put("type", HOSTILE).put("path", HOSTILE);
        return container;
    }

    private static ObjectNode evaluated(String state) {
        ObjectNode container = container();
        container
                .putObject("evaluation")
                .put("state", state)
                .putArray("errors")
                .addObject()
                .put("path", "containers.web.config")
                .put("message", HOSTILE)
                .put("value", HOSTILE)
                .put("origin", HOSTILE)
                .put("remedy", HOSTILE);
        return container;
    }

    private static ObjectNode snapshot() {
        ObjectNode snapshot = Json.object().put("type", "snapshot").put("cursor", "c");
        snapshot.putArray("containers").add(container());
        return snapshot;
    }

    private static ObjectNode items(ObjectNode... items) {
        ObjectNode page = Json.object();
        var array = page.putArray("items");
        Stream.of(items).forEach(array::add);
        return page;
    }

    private static void answer(HttpServerRequest request) {
        request.endHandler(read -> request.response()
                .putHeader("Content-Type", "application/json")
                .end(Json.text(body(request.method().name(), request.path()))));
    }

    private static ObjectNode body(String method, String path) {
        return switch (path) {
            case "/v1/containers" -> items(container());
            case "/v1/containers/web" ->
                switch (method) {
                    case "PUT" -> evaluated("building");
                    case "DELETE" -> operation();
                    default -> evaluated("failed");
                };
            case "/v1/containers/web/build-log" -> {
                ObjectNode log = Json.object().put("next", 1);
                log.putArray("lines").add(HOSTILE);
                yield log;
            }
            case "/v1/containers/web/generations" ->
                items(Json.object().put("generation", 1).put("path", HOSTILE));
            case "/v1/containers/web/rollback" -> container();
            case "/v1/hosts" -> items(Json.object().put("host", HOSTILE).put("state", HOSTILE));
            case "/v1/events" ->
                items(
                                Json.object().set("event", event()),
                                Json.object().put("id", HOSTILE).put("unreadable", HOSTILE))
                        .put("next", "c");
            case "/v1/profiles" -> items();
            default -> operation();
        };
    }

    private static ObjectNode operation() {
        return Json.object()
                .put("command", "start")
                .put("container", "web")
                .put("outcome", "failed")
                .put("reason", HOSTILE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "list",
                "show web",
                "hosts",
                "events",
                "generations web",
                "rollback web",
                "start web",
                "start web db",
                "stop web",
                "restart web",
                "kill --all",
                "delete web",
                "apply -f %",
                "apply --dry-run --prune -f %",
                "plan web",
                "list -o json",
                "hosts -o json",
                "events -o json",
                "generations web -o json",
                "rollback web -o json",
                "start web -o json",
                "start web db -o json",
                "apply --no-wait -f % -o json"
            })
    void commandEscapesThem(String command) {
        int code = execute(command);
        assertThat(code).as("%s", shown).isIn(0, 1, 3);
        assertEscaped();
    }

    /** The stream ends after an event; its second opening shows that all of the first was handled, and the command is interrupted. */
    @ParameterizedTest
    @ValueSource(strings = {"watch", "watch -o json", "events --follow", "events --follow -o json"})
    void streamOutputIsEscaped(String command) throws InterruptedException {
        Thread follower = Thread.ofPlatform().start(() -> execute(command));
        while (!shown.toString(StandardCharsets.UTF_8).contains("the connection to the gateway was lost")) {
            Thread.onSpinWait();
        }
        follower.interrupt();
        follower.join();
        assertEscaped();
    }

    @Test
    void valuesFromDefinitionFilesAreEscaped() throws IOException {
        Path file = folder.resolve("hostile.json");
        String text = "said \\u001b]0;title\\u0007 \\u009b2J \\u202e \\u007f \\r\\nnext line";
        Files.writeString(
                file, "{\"root\": \"/srv/web\", \"boot\": true, \"environment\": {\"TEXT\": \"" + text + "\"}}");
        execute("plan -f " + file);
        assertEscaped();
    }

    @Test
    void settingsHaveTheirDescriptionOnASecondLine() {
        assertThat(Main.commandLine().execute("settings")).isZero();
        assertThat(shown.toString(StandardCharsets.UTF_8))
                .contains("gateway.port=8470\n    Port on which the gateway listens")
                .doesNotContain("\\x0a");
    }

    private static int execute(String command) {
        String[] words = (command.replace("%", definition.toString()) + " --url http://127.0.0.1:" + server.actualPort()
                        + " --token-file " + token)
                .split(" ");
        return Main.commandLine().execute(words);
    }

    private void assertEscaped() {
        String text = shown.toString(StandardCharsets.UTF_8);
        assertThat(text.codePoints()
                        .filter(c -> c != '\n')
                        .filter(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT))
                .as("%s", text)
                .isEmpty();
        assertThat(text).containsAnyOf("\\x1b]0;title\\x07 \\x9b2J \\u202e \\x7f", "\\u001B]0;title\\u0007 \\u009b2J");
        assertThat(text.lines()).noneMatch(line -> line.startsWith("next line"));
    }
}
