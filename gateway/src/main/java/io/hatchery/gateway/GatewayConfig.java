package io.hatchery.gateway;

import io.hatchery.bus.BusConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway serves.
 *
 * @param address the address to listen on
 * @param port 1 to 65535, or 0 for any free one
 * @param token what a client must show
 * @param nixCache folder of the Nix cache that is served
 * @param nixCacheToken what a client of the cache must show, where it does not show the other; null if it need not
 * @param bus how to reach Kafka
 * @param version the gateway's
 */
public record GatewayConfig(
        String address,
        int port,
        String token,
        Path nixCache,
        @Nullable String nixCacheToken,
        BusConfig bus,
        String version) {}
