package io.hatchery.broker;

import java.nio.file.Path;

/**
 * The configuration of an embedded broker.
 *
 * @param data the folder of its data; created and formatted if need be
 * @param address the address of this host on which it listens and which it advertises to clients
 * @param port the port for clients, 1 to 65535
 * @param controllerPort the loopback port of its controller, 1 to 65535
 */
public record BrokerConfig(Path data, String address, int port, int controllerPort) {
    /** The default address, and the address of the controller. */
    public static final String LOOPBACK = "127.0.0.1";

    /** A broker on loopback. */
    public static BrokerConfig onLoopback(Path data, int port, int controllerPort) {
        return new BrokerConfig(data, LOOPBACK, port, controllerPort);
    }

    /** Whether it is reached from this host only. */
    public boolean isLoopback() {
        return address.startsWith("127.") || address.equals("localhost") || address.equals("::1");
    }

    /** Where clients connect: {@code host:port}. */
    public String bootstrap() {
        return address + ":" + port;
    }
}
