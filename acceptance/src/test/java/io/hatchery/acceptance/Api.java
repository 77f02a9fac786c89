package io.hatchery.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.Predicate;

/** The gateway over plain HTTP. */
final class Api {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String base;
    private final String token;
    private final HttpClient http = HttpClient.newHttpClient();

    Api(String base, String token) {
        this.base = base;
        this.token = token;
    }

    /** A response with its body as JSON; a missing node where it has none. */
    record Answer(int status, JsonNode body, java.net.http.HttpHeaders headers) {
        JsonNode at(String pointer) {
            return body.at(pointer);
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }
    }

    String base() {
        return base;
    }

    String token() {
        return token;
    }

    HttpClient http() {
        return http;
    }

    Answer get(String path) {
        return send(request(path).GET());
    }

    Answer delete(String path) {
        return send(request(path).DELETE());
    }

    Answer put(String path, String json) {
        return put(path, json, "application/json");
    }

    Answer put(String path, String body, String type, String... headers) {
        var request = request(path).header("Content-Type", type);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.PUT(BodyPublishers.ofString(body)));
    }

    Answer post(String path, String... headers) {
        var request = request(path);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.POST(BodyPublishers.noBody()));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).header("Authorization", "Bearer " + token);
    }

    Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
            boolean json = response.headers()
                    .firstValue("content-type")
                    .filter(type -> type.contains("json"))
                    .isPresent();
            JsonNode body = json ? JSON.readTree(response.body()) : JSON.missingNode();
            return new Answer(response.statusCode(), body, response.headers());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Defines a container and insists that it was evaluated. */
    Answer define(String name, String json) {
        Answer answer = put("/v1/containers/" + name, json);
        if (answer.status() != 201 && answer.status() != 200) {
            throw new AssertionError(name + " is not defined: " + answer.status() + " " + answer.body());
        }
        return answer;
    }

    /** Commands a container and waits for the end, whatever it is. */
    JsonNode command(String verb, String name) {
        return post("/v1/containers/" + name + "/" + verb + "?wait=120s").body();
    }

    /** Commands a container and insists that it was done. */
    JsonNode completes(String verb, String name) {
        JsonNode outcome = command(verb, name);
        if (!outcome.path("outcome").asText().equals("completed")) {
            throw new AssertionError(verb + " of " + name + ": " + outcome);
        }
        return outcome;
    }

    JsonNode container(String name) {
        return get("/v1/containers/" + name).body();
    }

    /** Waits until the container is in a phase, and gives it. */
    JsonNode await(String name, String phase) {
        return await(name, container -> container.at("/status/phase").asText().equals(phase));
    }

    JsonNode await(String name, Predicate<JsonNode> expected) {
        JsonNode[] last = {JSON.missingNode()};
        try {
            org.awaitility.Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> {
                        last[0] = container(name);
                        return expected.test(last[0]);
                    });
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError(name + " stays as " + last[0], e);
        }
        return last[0];
    }

    /** Waits until an operation has ended, and gives it. */
    JsonNode outcome(String id) {
        return org.awaitility.Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(
                        () -> get("/v1/operations/" + id).body(),
                        operation -> operation.has("outcome")
                                && !operation.path("outcome").asText().equals("pending"));
    }
}
