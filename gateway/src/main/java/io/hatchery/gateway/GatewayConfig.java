package io.hatchery.gateway;

import io.hatchery.bus.BusConfig;
import io.hatchery.gateway.http.Connections;
import io.hatchery.gateway.tls.TransportSecurity;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway serves.
 *
 * @param listener where, and what clients may take
 * @param token what a client must show that is an administrator, whatever tokens there are
 * @param database folder of the database, which no other gateway uses
 * @param nixCache folder of the Nix cache that is served
 * @param nixCacheToken what a client of the cache must show, where it does not show the other; null if it need not
 * @param bus how to reach Kafka
 * @param version the gateway's
 */
public record GatewayConfig(
        ListenAddress listener,
        String token,
        Path database,
        Path nixCache,
        @Nullable String nixCacheToken,
        BusConfig bus,
        String version) {
    /**
     * Where to listen.
     *
     * @param address the address to listen on
     * @param port 1 to 65535, or 0 for any free one
     * @param security how it protects what clients send
     * @param limits what clients may take
     * @param url where hosts reach it; null for the address that it listens on
     */
    public record ListenAddress(
            String address,
            int port,
            TransportSecurity security,
            Connections.ConnectionLimits limits,
            @Nullable String url) {}
}
