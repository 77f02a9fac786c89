package io.hatchery.bus;

import io.hatchery.broker.Credentials;
import io.hatchery.broker.EmbeddedBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;

/** A real broker for a test class, on free loopback ports. */
final class TestBroker implements AutoCloseable {
    final Credentials credentials = Credentials.create();
    private final EmbeddedBroker broker;

    TestBroker(Path data) throws IOException {
        this(data, Map.of());
    }

    /** One with other server properties. */
    TestBroker(Path data, Map<String, String> more) throws IOException {
        broker = EmbeddedBroker.start(data, EmbeddedBroker.LOOPBACK, freePort(), freePort(), credentials, more);
    }

    BusConfig config() {
        return new BusConfig(credentials.clientProperties(broker.bootstrap()), 3, (short) 1);
    }

    String bootstrap() {
        return broker.bootstrap();
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        broker.close();
    }
}
