package io.hatchery.app;

import io.hatchery.app.ClientContexts.ClientContext;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The options of a client command that say which gateway it uses. The first of these that is given decides: {@code --url},
 * {@code --context}, {@code HATCHERY_URL}, {@code HATCHERY_CONTEXT}, the context in use, the configuration.
 */
final class GatewayOptions {
    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Address of the gateway (default: that of the context, or gateway.address and gateway.port)")
    private @Nullable String url;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description =
                    "File with the gateway's token (default: that of the context, HATCHERY_TOKEN, or gateway.token.file)")
    private @Nullable Path tokenFile;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description =
                    "PEM file with the authority that issued the gateway's certificate (default: that of the context,"
                            + " HATCHERY_CA, or those that the JDK knows)")
    private @Nullable Path authority;

    @Option(
            names = "--context",
            paramLabel = "NAME",
            description =
                    "Gateway that was added with hatchery context add (default: HATCHERY_CONTEXT, or the one in use)")
    private @Nullable String contextName;

    private @Nullable ClientContext context;
    private boolean isContextKnown;
    private @Nullable SSLContext trust;

    GatewayOptions() {}

    GatewayOptions(String url, Settings settings) {
        this.url = url;
        this.tokenFile = GatewaySettings.tokenFile(settings);
        this.authority = ownAuthority(settings);
    }

    /** The authority in the data folder; null if there is none. */
    static @Nullable Path ownAuthority(Settings settings) {
        Path file =
                GatewayTransport.authority(FolderSettings.of(settings).data()).certificate();
        return Files.exists(file) ? file : null;
    }

    Settings settings() {
        return options.settings();
    }

    /** The context that decides; empty if a URL or the configuration does. */
    private Optional<ClientContext> context() {
        if (!isContextKnown) {
            context = findContext().orElse(null);
            isContextKnown = true;
        }
        return Optional.ofNullable(context);
    }

    private Optional<ClientContext> findContext() {
        if (url != null && contextName != null) {
            throw new UserError("--url and --context both name a gateway: give one of them");
        }
        if (url != null || contextName == null && System.getenv("HATCHERY_URL") != null) {
            return Optional.empty();
        }
        ClientContexts contexts = ClientContexts.ofUser();
        String named = contextName != null ? contextName : System.getenv("HATCHERY_CONTEXT");
        return Optional.ofNullable(named).or(contexts::current).map(contexts::get);
    }

    /**
     * The gateway's URL, without a slash at its end.
     *
     * @throws UserError if it is not the URL of a gateway
     */
    String url() {
        if (url != null) {
            return checked(url, "--url");
        }
        Optional<ClientContext> known = context();
        if (known.isPresent()) {
            return known.get().url();
        }
        String variable = System.getenv("HATCHERY_URL");
        return variable != null ? checked(variable, "HATCHERY_URL") : GatewaySettings.url(options.settings());
    }

    /**
     * A URL without a slash at its end.
     *
     * @param source where it is from, for messages
     */
    static String checked(String given, String source) {
        String trimmed = given.replaceAll("/+$", "");
        if (trimmed.matches("[^/:]+(:\\d+)?")) {
            throw new UserError(
                    source + " is '" + given + "', which lacks http:// or https://: give http://" + trimmed);
        }
        try {
            var uri = new URI(trimmed);
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                return trimmed;
            }
        } catch (URISyntaxException e) {
            throw new UserError(
                    source + " is '" + given + "', which is not a URL (" + e.getReason()
                            + "): give one such as http://127.0.0.1:8470",
                    e);
        }
        throw new UserError(source + " is '" + given + "': give the gateway's URL, such as http://127.0.0.1:8470");
    }

    /** The token. That of a context is sent to its gateway alone. */
    String token() {
        if (tokenFile == null && context().isPresent()) {
            return readable(context().get().token(), tokenSource());
        }
        String given = System.getenv("HATCHERY_TOKEN");
        if (given != null && tokenFile == null) {
            return readable(given.strip(), tokenSource());
        }
        Path file = tokenFile == null ? GatewaySettings.tokenFile(options.settings()) : tokenFile;
        try {
            return readable(Files.readString(file).strip(), file.toString());
        } catch (IOException e) {
            throw new UserError(
                    "the gateway's token cannot be read from " + file
                            + ": set HATCHERY_TOKEN, --token-file, or HATCHERY_DATA to the gateway's data folder",
                    e);
        }
    }

    /** Where the token is from, for messages. */
    String tokenSource() {
        if (tokenFile != null) {
            return "--token-file " + tokenFile;
        }
        if (context().isPresent()) {
            return "the context";
        }
        return System.getenv("HATCHERY_TOKEN") != null
                ? "HATCHERY_TOKEN"
                : GatewaySettings.tokenFile(options.settings()).toString();
    }

    /** RFC 9110 allows no control characters in a header, and a token has no blanks. */
    static String readable(String token, String source) {
        if (!token.matches("[!-~]+")) {
            throw new UserError(
                    "the gateway's token in " + source + " is empty or has characters that a token cannot have");
        }
        return token;
    }

    /** The authorities that the client trusts; null for those that the JDK knows, and for HTTP without TLS. */
    @Nullable
    SSLContext trust() {
        if (trust == null && url().startsWith("https:")) {
            trust = findTrust();
        }
        return trust;
    }

    private @Nullable SSLContext findTrust() {
        Path file = authority != null
                ? authority
                : Optional.ofNullable(System.getenv("HATCHERY_CA"))
                        .map(Path::of)
                        .orElse(null);
        if (authority == null && context().isPresent()) {
            String pem = context().get().authority();
            return pem == null ? null : TrustedAuthority.context(pem, "the context");
        }
        if (file == null && url == null && System.getenv("HATCHERY_URL") == null) {
            file = ownAuthority(settings());
        }
        return file == null ? null : TrustedAuthority.context(pem(file), file.toString());
    }

    /** The text of a PEM file. */
    static String pem(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UserError("the certificate in " + file + " cannot be read: " + e, e);
        }
    }
}
