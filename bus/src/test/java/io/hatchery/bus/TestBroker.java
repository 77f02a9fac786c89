package io.hatchery.bus;

import io.hatchery.broker.BrokerConfig;
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
    private final Path data;
    private final int port;
    private final int controllerPort;
    private final Map<String, String> more;
    private EmbeddedBroker broker;

    TestBroker(Path data) throws IOException {
        this(data, Map.of());
    }

    /** One with other server properties. */
    TestBroker(Path data, Map<String, String> more) throws IOException {
        this.data = data;
        int[] ports = freePorts();
        this.port = ports[0];
        this.controllerPort = ports[1];
        this.more = Map.copyOf(more);
        this.broker = start(credentials);
    }

    private EmbeddedBroker start(Credentials accepted) throws IOException {
        return EmbeddedBroker.start(BrokerConfig.onLoopback(data, port, controllerPort), accepted, more);
    }

    /** Two different ones: a port that was free is given again at once. */
    private static int[] freePorts() throws IOException {
        try (var first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new int[] {first.getLocalPort(), second.getLocalPort()};
        }
    }

    /** Starts it again after {@link #close}, with the same ports, data and credentials. */
    void restart() throws IOException {
        broker = start(credentials);
    }

    /** Starts it again after {@link #close}, with the same ports and data, and refuses its former credentials. */
    void restartWithOtherCredentials() throws IOException {
        broker = start(Credentials.create());
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
