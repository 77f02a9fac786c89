package io.hatchery.gateway;

import io.hatchery.bus.BusConfig;

/**
 * How a gateway serves.
 *
 * @param address the address to listen on
 * @param port 1 to 65535, or 0 for any free one
 * @param token what a client must show
 * @param bus how to reach Kafka
 * @param version the gateway's
 */
public record GatewayConfig(String address, int port, String token, BusConfig bus, String version) {}
