package io.hatchery.app;

import io.hatchery.app.ClientContexts.ClientContext;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hatchery context}: the gateways that the client knows. */
@Command(
        name = "context",
        description = "Add, list and choose the gateways that client commands use",
        subcommands = {
            ContextCommands.AddContext.class,
            ContextCommands.ListContexts.class,
            ContextCommands.UseContext.class,
            ContextCommands.RemoveContext.class
        },
        mixinStandardHelpOptions = true)
final class ContextCommands {
    /** {@code hatchery context add}. */
    @Command(
            name = "add",
            description = "Add or replace a gateway, after asking it whether it accepts the token",
            footer = "The first context that is added is in use from then on.",
            mixinStandardHelpOptions = true)
    static final class AddContext implements Runnable {
        @Parameters(index = "0", paramLabel = "NAME", description = "Name of the context, such as prod")
        private String name = "";

        @Parameters(
                index = "1",
                paramLabel = "URL",
                description = "Address of the gateway, such as https://10.0.0.1:8470")
        private String url = "";

        @Option(
                names = "--ca",
                paramLabel = "FILE",
                description =
                        "PEM file with the authority that issued the gateway's certificate (default: those that the JDK knows)")
        private @Nullable Path authority;

        @Option(
                names = "--token-file",
                paramLabel = "FILE",
                description = "File with the token (default: HATCHERY_TOKEN, or the first line of standard input)")
        private @Nullable Path tokenFile;

        @Override
        public void run() {
            if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")) {
                throw new UserError(
                        "'" + name + "' is not a name of a context: use up to 63 letters, digits, '.', '_' and '-'");
            }
            String base = GatewayOptions.checked(url, "URL");
            var context = new ClientContext(base, token(), authority == null ? null : GatewayOptions.pem(authority));
            require(context);
            try {
                ClientContexts contexts = ClientContexts.ofUser();
                contexts.put(name, context);
                Output.text("context " + name + " is added"
                        + (contexts.current().filter(name::equals).isPresent()
                                ? " and in use"
                                : "; use it with hatchery context use " + name)
                        + "\n");
            } catch (IOException e) {
                throw new UserError("the context cannot be written: " + e, e);
            }
        }

        private String token() {
            try {
                if (tokenFile != null) {
                    return GatewayOptions.readable(Files.readString(tokenFile).strip(), tokenFile.toString());
                }
                String variable = System.getenv("HATCHERY_TOKEN");
                if (variable != null) {
                    return GatewayOptions.readable(variable.strip(), "HATCHERY_TOKEN");
                }
                byte[] line = new byte[MAX_TOKEN];
                int length = System.in.readNBytes(line, 0, line.length);
                return GatewayOptions.readable(
                        new String(line, 0, length, StandardCharsets.UTF_8)
                                .lines()
                                .findFirst()
                                .orElse("")
                                .strip(),
                        "standard input");
            } catch (IOException e) {
                throw new UserError("the token cannot be read: " + e, e);
            }
        }

        private static void require(ClientContext context) {
            var trust = context.authority() == null || !context.url().startsWith("https:")
                    ? null
                    : TrustedAuthority.context(context.authority(), "--ca");
            try {
                var answer = GatewayHttp.send(
                        "GET",
                        URI.create(context.url() + "/v1/hosts?limit=1"),
                        new GatewayHttp.GatewayConnection(context.token(), trust),
                        null,
                        "application/json");
                if (answer.status() == 401) {
                    throw new UserError("the gateway at " + context.url() + " rejects the token: nothing is added");
                }
                if (answer.status() != 200) {
                    throw new UserError("the gateway at " + context.url() + " answers with status " + answer.status()
                            + ": nothing is added; is it ready, and is the URL right?");
                }
            } catch (IOException e) {
                throw ApiClient.unreachable(context.url(), e);
            }
        }
    }

    /** Bytes of a token that are read at most. */
    private static final int MAX_TOKEN = 4096;

    /** {@code hatchery context list}. */
    @Command(name = "list", description = "List the contexts", mixinStandardHelpOptions = true)
    static final class ListContexts implements Runnable {
        @Override
        public void run() {
            ClientContexts contexts = ClientContexts.ofUser();
            var table = new TextTable("IN USE", "NAME", "URL", "AUTHORITY");
            String current = contexts.current().orElse("");
            for (String name : contexts.names()) {
                ClientContext context = contexts.get(name);
                table.row(
                        name.equals(current) ? "*" : "",
                        name,
                        context.url(),
                        context.authority() == null ? "those of the JDK" : "its own");
            }
            Output.text(table.text());
        }
    }

    /** {@code hatchery context use}. */
    @Command(
            name = "use",
            description = "Choose the context that client commands use",
            footer = "Without a name, no context is in use, and commands use the gateway of the configuration.",
            mixinStandardHelpOptions = true)
    static final class UseContext implements Runnable {
        @Parameters(arity = "0..1", paramLabel = "NAME", description = "Name of the context")
        private @Nullable String name;

        @Override
        public void run() {
            try {
                ClientContexts.ofUser().use(name);
            } catch (IOException e) {
                throw new UserError("the contexts cannot be written: " + e, e);
            }
        }
    }

    /** {@code hatchery context remove}. */
    @Command(name = "remove", description = "Remove a context and its token", mixinStandardHelpOptions = true)
    static final class RemoveContext implements Runnable {
        @Parameters(paramLabel = "NAME", description = "Name of the context")
        private String name = "";

        @Override
        public void run() {
            try {
                ClientContexts.ofUser().remove(name);
            } catch (IOException e) {
                throw new UserError("the contexts cannot be written: " + e, e);
            }
        }
    }
}
