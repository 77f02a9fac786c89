package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.app.GatewayHttp.HttpResponse;
import io.hatchery.runner.plan.PrintableText;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A client of the gateway, with the options that all client commands share. */
final class ApiClient {
    @Mixin
    private GatewayOptions gateway;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "Output format: text or json",
            defaultValue = "text")
    private String output = "text";

    /** A client of the gateway that the command line, the environment, a context or the configuration names. */
    ApiClient() {
        this(new GatewayOptions());
    }

    /** A client of the gateway of a data folder, whatever the environment says. */
    static ApiClient of(String url, Settings settings) {
        return new ApiClient(new GatewayOptions(url, settings));
    }

    private ApiClient(GatewayOptions gateway) {
        this.gateway = gateway;
    }

    /** A successful response. */
    record ApiResponse(int status, Map<String, List<String>> headers, ObjectNode body) {}

    boolean json() {
        if (!output.equals("json") && !output.equals("text")) {
            throw new UserError("--output " + output + ": write json or text");
        }
        return output.equals("json");
    }

    Settings settings() {
        return gateway.settings();
    }

    private String base() {
        return gateway.url();
    }

    ApiResponse call(String method, String path) {
        return call(method, path, null, "application/json");
    }

    /**
     * Calls the API.
     *
     * @throws UserError if the gateway cannot be reached or refuses
     */
    ApiResponse call(String method, String path, byte @Nullable [] body, String contentType) {
        HttpResponse response = request(method, path, body, contentType);
        ObjectNode answer = read(response);
        if (response.status() >= 400) {
            throw refusal(response.status(), answer);
        }
        return new ApiResponse(response.status(), response.headers(), answer);
    }

    /** The resource at a path; empty if there is none. */
    Optional<ObjectNode> find(String path) {
        HttpResponse response = request("GET", path, null, "application/json");
        ObjectNode answer = read(response);
        if (response.status() == 404) {
            return Optional.empty();
        }
        if (response.status() >= 400) {
            throw refusal(response.status(), answer);
        }
        return Optional.of(answer);
    }

    /**
     * The resource at a path.
     *
     * @param what for the message, such as "container web"
     * @throws UserError if the gateway does not know it
     */
    ObjectNode require(String path, String what) {
        return find(path).orElseThrow(() -> new UserError("there is no " + what));
    }

    UserError refusal(int status, ObjectNode problem) {
        return status == 401 ? wrongToken() : new UserError(format(problem));
    }

    /** The refusal of the token. */
    UserError wrongToken() {
        return new UserError("the gateway at " + base() + " rejects the token of " + gateway.tokenSource()
                + ": set HATCHERY_TOKEN or --token-file to a token that is valid; the administrator's is in <its data"
                + " folder>/admin.token");
    }

    private HttpResponse request(String method, String path, byte @Nullable [] body, String contentType) {
        try {
            var connection = new GatewayHttp.GatewayConnection(gateway.token(), gateway.trust());
            return GatewayHttp.send(method, URI.create(base() + path), connection, body, contentType);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /**
     * Opens an answer of JSON lines.
     *
     * @param silence how long the gateway may send nothing
     * @throws UserError if the gateway cannot be reached or refuses; its cause is an {@link IOException} if that may be over soon
     */
    InputStream open(String path, Duration silence) {
        try {
            var connection = new GatewayHttp.GatewayConnection(gateway.token(), gateway.trust());
            var response = GatewayHttp.open(URI.create(base() + path), connection, silence);
            if (response.status() < 400) {
                return response.body();
            }
            try (InputStream body = response.body()) {
                UserError refusal = refusal(response.status(), Json.readObject(body.readAllBytes()));
                throw response.status() == 503
                        ? new UserError(String.valueOf(refusal.getMessage()), new IOException("status 503"))
                        : refusal;
            } catch (UnreadableException e) {
                throw new UserError("the gateway refuses with status " + response.status(), e);
            }
        } catch (IOException e) {
            throw unreachable(e);
        }
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

    private UserError unreachable(Throwable e) {
        return unreachable(base(), e);
    }

    /** Why the gateway at a URL cannot be used. */
    static UserError unreachable(String base, Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
                return new UserError(
                        "the host name in " + base
                                + " cannot be resolved: check --url, HATCHERY_URL or gateway.address",
                        e);
            }
        }
        if (e instanceof SSLException) {
            return new UserError(
                    "there is no trusted connection to the gateway at " + base + ": " + untrusted(e)
                            + ". Give its authority with --ca, which is <its data folder>/ca/ca.pem unless it has another"
                            + " certificate, and use a name or an address that the certificate has",
                    e);
        }
        if (e instanceof ConnectException) {
            return new UserError(
                    "no gateway answers at " + base + ": is it running? Start it with hatchery up or hatchery gateway",
                    e);
        }
        String reason = Optional.ofNullable(e.getMessage())
                .orElse(e.getClass().getSimpleName())
                .lines()
                .findFirst()
                .orElse("");
        return new UserError("the gateway at " + base + " cannot be reached: " + reason + "; check the URL", e);
    }

    private static String untrusted(Throwable e) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("PKIX path")) {
            return "no trusted authority issued its certificate";
        }
        return message.contains("subject alternative") ? "its certificate is for other names" : message;
    }

    private static ObjectNode read(HttpResponse response) {
        if (response.body().length == 0) {
            return Json.object();
        }
        try {
            return Json.readObject(response.body());
        } catch (UnreadableException e) {
            throw new UserError(
                    "the answer is not a JSON object; check that the URL is that of a gateway: " + e.getMessage(), e);
        }
    }

    private static String format(ObjectNode problem) {
        JsonNode errors = problem.path("errors");
        if (errors.isEmpty()) {
            String detail = problem.path("detail")
                    .asText("the gateway refused the request with status "
                            + problem.path("status").asText());
            // Options have the names of the parameters that they set.
            return detail.replaceFirst("^query parameter (\\w+): ", "--$1: ");
        }
        return formatErrors(problem.path("title").asText(), errors);
    }

    /** All errors of a definition, one paragraph each. */
    static String formatErrors(String title, JsonNode errors) {
        var words = new StringBuilder(title);
        for (JsonNode error : errors) {
            words.append("\n  ")
                    .append(error.path("path").asText())
                    .append(": ")
                    .append(error.path("message").asText().replace("\n", "\n    "));
            if (error.has("value")) {
                words.append(", got ")
                        .append(PrintableText.whole(error.path("value").asText()));
            }
            words.append(" (in the ")
                    .append(PrintableText.whole(error.path("origin").asText()))
                    .append(")");
            words.append("\n    ")
                    .append(PrintableText.whole(error.path("remedy").asText()));
        }
        return words.toString();
    }

    /**
     * Opens a session.
     *
     * @param path with its query
     * @param variables of the session, by name
     * @throws UserError if the gateway cannot be reached or refuses
     */
    SessionSocket session(String path, Map<String, String> variables) {
        try {
            return SessionSocket.open(
                    URI.create(base() + path),
                    new GatewayHttp.GatewayConnection(gateway.token(), gateway.trust()),
                    variables);
        } catch (SessionSocket.RefusedException e) {
            throw refusal(e.status(), e.problem());
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /**
     * Opens the stream.
     *
     * @param query the parameters, with their question mark
     * @throws UserError if the gateway cannot be reached or refuses
     */
    WebSocket watch(String query, WebSocket.Listener listener) {
        URI uri = URI.create(base().replaceFirst("^http", "ws") + "/v1/stream" + query);
        try {
            HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(GatewayHttp.CONNECT_TIMEOUT);
            SSLContext trust = gateway.trust();
            if (trust != null) {
                client.sslContext(trust);
            }
            return client.build()
                    .newWebSocketBuilder()
                    .header("Authorization", "Bearer " + gateway.token())
                    .buildAsync(uri, listener)
                    .join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof WebSocketHandshakeException handshake) {
                int status = handshake.getResponse().statusCode();
                throw switch (status) {
                    case 401 -> wrongToken();
                    case 403 -> new UserError("the token may not read the stream: use another one", e);
                    case 410 -> new UserError("the events after that cursor have expired: leave --since out", e);
                    default ->
                        new UserError("the gateway at " + base() + " refuses the stream with status " + status, e);
                };
            }
            throw unreachable(cause);
        }
    }
}
