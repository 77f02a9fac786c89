package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.protocol.token.TokenName;
import io.hatchery.spec.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hatchery token}. */
@Command(
        name = "token",
        description = "Create, list and revoke tokens of the API",
        footer = "Only the token of an administrator whose scope is the whole fleet can do this.",
        mixinStandardHelpOptions = true)
final class TokenCommands implements Runnable {
    private static final String TOKENS = "/v1/tokens";

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "give a command: create, list or revoke");
        }
    }

    /** {@code hatchery token create}. */
    @Command(
            name = "create",
            description = "Create a token, and print its secret",
            footer = "The secret is printed once; the gateways store its hash alone.",
            mixinStandardHelpOptions = true)
    static final class Create implements Runnable {
        @Mixin
        private ApiClient api = new ApiClient();

        @Parameters(paramLabel = "NAME", description = "Name of the token, such as ci")
        private String name = "";

        @Option(
                names = "--role",
                paramLabel = "ROLE",
                required = true,
                description = "viewer (reads), operator (also defines and commands) or admin (also creates tokens)")
        private String role = "";

        @Option(
                names = "--scope",
                paramLabel = "SELECTOR",
                description = "Only containers whose labels match, such as tier=web (default: all)")
        private @Nullable String scope;

        @Option(
                names = "--host",
                paramLabel = "HOST",
                split = ",",
                description = "Only containers of these hosts, and these hosts; separated by commas (default: all)")
        private List<String> hosts = new ArrayList<>();

        @Option(
                names = "--ttl",
                paramLabel = "DURATION",
                description = "When it expires, such as 30d, or infinity",
                defaultValue = "90d")
        private String ttl = "90d";

        @Override
        public void run() {
            ObjectNode request =
                    Json.object().put("name", name).put("role", role).put("ttl", ttl);
            if (scope != null) {
                request.put("selector", scope);
            }
            if (!hosts.isEmpty()) {
                hosts.forEach(request.putArray("hosts")::add);
            }
            ObjectNode token = api.call("POST", TOKENS, Json.bytes(request), "application/json")
                    .body();
            if (api.json()) {
                Output.json(token);
                return;
            }
            Output.note("token " + name + ": " + role + " of " + scopeOf(token) + ", "
                    + (token.path("expires").isTextual()
                            ? "expires at " + TextTable.time(token.path("expires"))
                            : "does not expire")
                    + "; its secret is not shown again");
            Output.line(token.path("secret").asText());
        }
    }

    /** {@code hatchery token list}. */
    @Command(name = "list", description = "List tokens, without their secrets", mixinStandardHelpOptions = true)
    static final class ListTokens implements Runnable {
        @Mixin
        private ApiClient api = new ApiClient();

        @Override
        public void run() {
            List<JsonNode> tokens = api.all(TOKENS);
            if (api.json()) {
                Output.json(Json.node(tokens));
                return;
            }
            var table = new TextTable("NAME", "ROLE", "SCOPE", "CREATED", "BY", "EXPIRES");
            Instant now = Instant.now();
            for (JsonNode token : tokens) {
                table.row(
                        token.path("name").asText(),
                        token.path("role").asText(),
                        scopeOf(token),
                        TextTable.since(token.path("created"), now) + " ago",
                        token.path("createdBy").asText("-"),
                        expiry(token.path("expires"), now));
            }
            Output.text(table.text());
        }

        private static String expiry(JsonNode expires, Instant now) {
            if (!expires.isTextual()) {
                return "never";
            }
            return Instant.parse(expires.textValue()).isAfter(now) ? TextTable.time(expires) : "expired";
        }
    }

    /** {@code hatchery token revoke}. */
    @Command(
            name = "revoke",
            description = "Revoke tokens: requests with them are refused, and their streams end",
            mixinStandardHelpOptions = true)
    static final class Revoke implements Runnable {
        @Mixin
        private ApiClient api = new ApiClient();

        @Parameters(paramLabel = "NAME", arity = "1..*", description = "Names of tokens")
        private List<String> names = new ArrayList<>();

        @Override
        public void run() {
            for (String name : names) {
                try {
                    var _ = new TokenName(name);
                } catch (IllegalArgumentException e) {
                    throw new UserError(String.valueOf(e.getMessage()), e);
                }
            }
            for (String name : names) {
                var _ = api.call("DELETE", TOKENS + "/" + name);
                if (!api.json()) {
                    Output.line(name + " revoked");
                }
            }
        }
    }

    private static String scopeOf(JsonNode token) {
        String selector = token.at("/scope/selector").asText();
        String hosts = TextTable.format(token.at("/scope/hosts"));
        if (selector.isEmpty() && hosts.isEmpty()) {
            return "the whole fleet";
        }
        return selector + (hosts.isEmpty() ? "" : (selector.isEmpty() ? "" : " ") + "on " + hosts);
    }
}
