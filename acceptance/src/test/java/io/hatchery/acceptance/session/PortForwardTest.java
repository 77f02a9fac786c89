package io.hatchery.acceptance.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.acceptance.fixture.Installation;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections to ports in real containers. */
class PortForwardTest {
    private static SessionHost host;
    private static Installation installation;

    @BeforeAll
    static void start() {
        installation = Installation.running();
        host = new SessionHost(installation);
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    /** The port of this machine that it prints. */
    private static String forwarded(Process forward) throws IOException {
        String line = new java.io.BufferedReader(
                        new java.io.InputStreamReader(forward.getInputStream(), StandardCharsets.UTF_8))
                .readLine();
        return line.replaceFirst(".*127.0.0.1:(\\d+) .*", "$1");
    }

    @Test
    void portForwardReachesTheLoopbackOfTheContainer() throws Exception {
        host.idle("t-network", "\"privateNetwork\": true");
        Process server = host.begin("exec", "t-network", "--", "busybox", "nc", "-ll", "-p", "80", "-e", "/bin/cat");
        Process forward = host.begin("port-forward", "t-network", "0:80");
        int port = Integer.parseInt(forwarded(forward));
        byte[] sent = new byte[1 << 20];
        new Random(8).nextBytes(sent);
        await().ignoreExceptions()
                .until(() -> host.exec("t-network", "--", "busybox", "netstat", "-ltn")
                        .out()
                        .contains(":80 "));
        for (int i = 0; i < 2; i++) {
            try (var client = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
                Thread writer = Thread.ofPlatform().start(() -> {
                    try {
                        client.getOutputStream().write(sent);
                        client.shutdownOutput();
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
                assertThat(Arrays.equals(client.getInputStream().readAllBytes(), sent))
                        .isTrue();
                writer.join();
            }
        }
        forward.toHandle().destroy(); // its errors can still be read
        server.destroy();
        Process refusedPort = host.begin("port-forward", "t-network", "0:81");
        try (var client =
                new java.net.Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(forwarded(refusedPort)))) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        // The client closes the connection before it prints why.
        assertThat(refusedPort.errorReader(StandardCharsets.UTF_8).readLine())
                .contains("cannot connect to port 81 of the container");
        refusedPort.toHandle().destroy();
        host.command("kill", "t-network");
    }

    @Test
    void portForwardDoesNotReachTheHost() throws Exception {
        host.idle("t-host", "");
        Process forward = host.begin("port-forward", "t-host", "0:80");
        try (var client = new java.net.Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(forwarded(forward)))) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        forward.toHandle().destroy(); // its errors can still be read
        assertThat(new String(forward.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("has the network of its host");
    }

    @ParameterizedTest
    @ValueSource(strings = {"v5.channel.k8s.io", "v4.channel.k8s.io"})
    void clientOfKubernetesForwardsAPort(String protocol) throws Exception {
        String name = "t-port";
        host.idle(name, "\"privateNetwork\": true");
        Process server = host.begin("exec", name, "--", "busybox", "nc", "-ll", "-p", "80", "-e", "/bin/cat");
        await().ignoreExceptions()
                .until(() -> host.exec(name, "--", "busybox", "netstat", "-ltn")
                        .out()
                        .contains(":80 "));
        var client = new KubernetesClient(installation, "/v1/containers/" + name + "/portforward?ports=80", protocol);
        client.send(0, "there and back");
        await().until(() -> client.received(0).equals("P\0there and back"));
        assertThat(client.received(1)).isEqualTo("P\0");
        client.leave();
        server.destroy();
        host.command("kill", name);
    }
}
