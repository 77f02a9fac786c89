package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The gateway as the client commands reach it. */
final class ApiClient {
    private static final Duration PATIENCE = Duration.ofMinutes(11);

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(names = "--url", paramLabel = "URL", description = "The gateway's address; the configuration's if unsaid")
    private @Nullable String url;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File of the gateway's token; the configuration's if unsaid")
    private @Nullable Path tokenFile;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "json for scripts; text if unsaid",
            defaultValue = "text")
    private String output = "text";

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

    /** As the command line, the environment and the configuration say, in this order. */
    ApiClient() {}

    /** The gateway at that address, whatever the environment and the configuration say. */
    ApiClient(String url, Path tokenFile) {
        this.url = url;
        this.tokenFile = tokenFile;
    }

    /** An answer that is no problem. */
    record Answer(int status, Map<String, java.util.List<String>> headers, ObjectNode body) {}

    boolean json() {
        if (!output.equals("json") && !output.equals("text")) {
            throw new Refusal("--output " + output + ": give json or text");
        }
        return output.equals("json");
    }

    Settings settings() {
        return options.settings();
    }

    String base() {
        String given = url == null ? System.getenv("HATCHERY_URL") : url;
        if (given != null) {
            return given.replaceAll("/$", "");
        }
        Settings settings = options.settings();
        return "http://" + settings.get(Key.GATEWAY_ADDRESS) + ":" + settings.port(Key.GATEWAY_PORT);
    }

    private String token() {
        String given = System.getenv("HATCHERY_TOKEN");
        if (given != null && tokenFile == null) {
            return given;
        }
        Path file = tokenFile == null ? options.settings().tokenFile() : tokenFile;
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new Refusal(
                    "the gateway's token cannot be read from " + file
                            + ": set HATCHERY_TOKEN, --token-file, or HATCHERY_DATA to the gateway's data folder",
                    e);
        }
    }

    Answer call(String method, String path) {
        return call(method, path, null, "application/json");
    }

    /**
     * Calls the API.
     *
     * @throws Refusal if the gateway cannot be reached or refuses; a 504, which carries an operation, is an answer
     */
    Answer call(String method, String path, byte @Nullable [] body, String contentType) {
        HttpResponse<byte[]> response = request(method, path, body, contentType);
        ObjectNode answer = read(response);
        if (response.statusCode() >= 400 && response.statusCode() != 504) {
            throw new Refusal(inWords(answer));
        }
        return new Answer(response.statusCode(), response.headers().map(), answer);
    }

    /** What is there, if it is. */
    Optional<ObjectNode> find(String path) {
        HttpResponse<byte[]> response = request("GET", path, null, "application/json");
        ObjectNode answer = read(response);
        if (response.statusCode() == 404) {
            return Optional.empty();
        }
        if (response.statusCode() >= 400) {
            throw new Refusal(inWords(answer));
        }
        return Optional.of(answer);
    }

    private HttpResponse<byte[]> request(String method, String path, byte @Nullable [] body, String contentType) {
        return send(HttpRequest.newBuilder(URI.create(base() + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token())
                .header("Content-Type", contentType)
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body))
                .build());
    }

    /** Every item of a list, page by page. */
    List<JsonNode> all(String list) {
        return all(list, "");
    }

    /**
     * Every item of a list, page by page.
     *
     * @param filter further parameters, each with its ampersand
     */
    List<JsonNode> all(String list, String filter) {
        var items = new ArrayList<JsonNode>();
        String cursor = "";
        while (cursor != null) {
            ObjectNode page = call(
                            "GET",
                            list + "?limit=1000" + filter
                                    + (cursor.isEmpty() ? "" : "&cursor=" + ClientCommands.encode(cursor)))
                    .body();
            page.withArray("items").forEach(items::add);
            cursor = page.path("next").textValue();
        }
        return items;
    }

    private HttpResponse<byte[]> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (ConnectException e) {
            throw new Refusal(
                    "no gateway answers at " + base() + ": is it running? (hatchery up, or hatchery gateway)", e);
        } catch (IOException e) {
            throw new Refusal("the gateway at " + base() + " cannot be reached: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal("interrupted", e);
        }
    }

    private static ObjectNode read(HttpResponse<byte[]> response) {
        if (response.body().length == 0) {
            return Json.object();
        }
        try {
            return Json.readObject(response.body());
        } catch (UnreadableException e) {
            throw new Refusal("the answer is no JSON object, is this a gateway? " + e.getMessage(), e);
        }
    }

    private static String inWords(ObjectNode problem) {
        JsonNode errors = problem.path("errors");
        if (errors.isEmpty()) {
            return problem.path("detail")
                    .asText("refused with status " + problem.path("status").asText());
        }
        return errorsInWords(problem.path("title").asText(), errors);
    }

    /** Everything that is wrong with a definition, for people. */
    static String errorsInWords(String title, JsonNode errors) {
        var words = new StringBuilder(title);
        for (JsonNode error : errors) {
            words.append("\n  ")
                    .append(error.path("path").asText())
                    .append(": ")
                    .append(error.path("message").asText().replace("\n", "\n    "));
            if (error.has("value")) {
                words.append(", got ").append(error.path("value").asText());
            }
            words.append(" (in the ").append(error.path("origin").asText()).append(")");
            words.append("\n    ").append(error.path("remedy").asText());
        }
        return words.toString();
    }

    /** Watches the stream. */
    WebSocket watch(String query, WebSocket.Listener listener) {
        URI uri = URI.create(base().replaceFirst("^http", "ws") + "/v1/stream" + query);
        try {
            return http.newWebSocketBuilder()
                    .header("Authorization", "Bearer " + token())
                    .buildAsync(uri, listener)
                    .join();
        } catch (CompletionException e) {
            throw new Refusal("the stream at " + uri + " cannot be opened: " + e.getCause(), e);
        }
    }
}
