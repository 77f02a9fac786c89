package io.hatchery.app;

import io.hatchery.bus.BusConfig;
import io.hatchery.gateway.GatewayConfig;
import io.hatchery.gateway.http.Connections;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The keys of the gateway, and its configuration. */
final class GatewaySettings {
    private static final ConfigurationKey<String> ADDRESS = ConfigurationKey.named("gateway.address")
            .takes(ValueType.text())
            .describedAs("Address on which the gateway listens")
            .defaultsTo("127.0.0.1");
    private static final ConfigurationKey<String> URL = ConfigurationKey.named("gateway.url")
            .takes(ValueType.text())
            .describedAs(
                    "URL at which the hosts reach this gateway, for sessions such as those of hatchery exec; https, or"
                            + " http on a loopback address")
            .defaultsToComputed("from gateway.address, or the first of gateway.names, and gateway.port");
    static final ConfigurationKey<Integer> PORT = ConfigurationKey.named("gateway.port")
            .takes(ValueType.port())
            .describedAs("Port on which the gateway listens")
            .defaultsTo("8470");
    private static final ConfigurationKey<Integer> CONNECTIONS = ConfigurationKey.named("gateway.connections")
            .takes(ValueType.integer(1, 1_000_000))
            .describedAs("Maximum number of connected clients, not counting those of the stream")
            .defaultsTo("10000");
    private static final ConfigurationKey<Duration> REQUEST_TIMEOUT = ConfigurationKey.named("gateway.request-timeout")
            .takes(ValueType.duration("1ms", "1d"))
            .describedAs("Time within which a client must send the header of a request, and as long again for its body")
            .defaultsTo("30s");
    private static final ConfigurationKey<Duration> IDLE_TIMEOUT = ConfigurationKey.named("gateway.idle-timeout")
            .takes(ValueType.duration("1ms", "365d"))
            .describedAs("Time for which a connection stays open between two requests")
            .defaultsTo("2min");
    private static final ConfigurationKey<Path> TOKEN_FILE = ConfigurationKey.named("gateway.token.file")
            .takes(ValueType.path())
            .describedAs("File with the token of the clients")
            .defaultsToComputed("<data>/admin.token");
    private static final ConfigurationKey<Path> DATABASE = ConfigurationKey.named("gateway.database")
            .takes(ValueType.path())
            .describedAs(
                    "Folder of the gateway's database, which is filled again from the topics if it is deleted; each"
                            + " gateway needs its own")
            .defaultsToComputed("<data>/gateway");
    private static final ConfigurationKey<Path> NIX_CACHE = ConfigurationKey.named("gateway.nix-cache")
            .takes(ValueType.path())
            .describedAs("Folder of the Nix cache that is served at /nix-cache/")
            .defaultsToComputed("<data>/nix-cache");
    private static final ConfigurationKey<Boolean> NIX_CACHE_PUBLIC = ConfigurationKey.named("gateway.nix-cache.public")
            .takes(ValueType.bool())
            .describedAs("Whether the Nix cache can be read without a token")
            .defaultsTo("false");
    private static final ConfigurationKey<Path> NIX_CACHE_TOKEN_FILE = ConfigurationKey.named(
                    "gateway.nix-cache.token.file")
            .takes(ValueType.path())
            .describedAs("File with the token of the Nix cache's clients")
            .defaultsToComputed("<data>/nix-cache.token");
    static final List<ConfigurationKey<?>> KEYS = List.of(
            ADDRESS,
            URL,
            PORT,
            CONNECTIONS,
            REQUEST_TIMEOUT,
            IDLE_TIMEOUT,
            TOKEN_FILE,
            DATABASE,
            NIX_CACHE,
            NIX_CACHE_PUBLIC,
            NIX_CACHE_TOKEN_FILE);

    private GatewaySettings() {}

    /** The configuration; creates the tokens that do not exist yet. */
    static GatewayConfig of(Settings settings, BusConfig bus, String version) throws IOException {
        return new GatewayConfig(
                listener(settings),
                Secrets.token(tokenFile(settings)),
                settings.find(DATABASE).orElseGet(() -> inData(settings, "gateway")),
                cacheFolder(settings),
                settings.get(NIX_CACHE_PUBLIC)
                        ? null
                        : Secrets.token(settings.find(NIX_CACHE_TOKEN_FILE)
                                .orElseGet(() -> inData(settings, "nix-cache.token"))),
                bus,
                version);
    }

    /** The address to listen on. */
    static String address(Settings settings) {
        return settings.get(ADDRESS);
    }

    private static GatewayConfig.ListenAddress listener(Settings settings) throws IOException {
        return new GatewayConfig.ListenAddress(
                settings.get(ADDRESS),
                settings.get(PORT),
                GatewayTransport.of(settings, settings.get(ADDRESS)),
                new Connections.ConnectionLimits(
                        settings.get(CONNECTIONS), settings.get(REQUEST_TIMEOUT), settings.get(IDLE_TIMEOUT)),
                settings.find(URL)
                        .map(url -> GatewayOptions.checked(url, URL.name()))
                        .orElse(null));
    }

    /** The URL of the gateway on this host. */
    static String url(Settings settings) {
        String address = settings.get(ADDRESS);
        String scheme = GatewayTransport.isEncrypted(settings, address) ? "https" : "http";
        // An address that stands for all is none to connect to.
        String reached = switch (address) {
            case "0.0.0.0" -> "127.0.0.1";
            case "::" -> "[::1]";
            default -> address;
        };
        return scheme + "://" + reached + ":" + settings.get(PORT);
    }

    static Path tokenFile(Settings settings) {
        return settings.find(TOKEN_FILE).orElseGet(() -> inData(settings, "admin.token"));
    }

    /** The folder of the Nix cache: config-service writes it by default, the gateway serves it. */
    static Path cacheFolder(Settings settings) {
        return settings.find(NIX_CACHE).orElseGet(() -> inData(settings, "nix-cache"));
    }

    private static Path inData(Settings settings, String name) {
        return FolderSettings.of(settings).data().resolve(name);
    }
}
