package io.hatchery.app;

import io.hatchery.protocol.session.SessionProtocol;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hatchery port-forward}: ports of this machine that lead to ports on the loopback of a container. */
@Command(
        name = "port-forward",
        description = "Forward ports of this machine to ports in a container, until it is interrupted",
        mixinStandardHelpOptions = true)
final class PortForwardCommand implements Callable<Integer> {
    /** Connections at a time; further ones wait to be accepted. A container has 16 sessions. */
    private static final int MAX_CONNECTIONS = 16;

    private static final int MAX_PORT = 65_535;
    private static final int CHUNK = 32 << 10;
    private static final int DATA = 0;
    private static final int ERROR = 1;

    @Mixin
    private ApiClient api = new ApiClient();

    @Parameters(index = "0", paramLabel = "CONTAINER", description = "The container, which must run")
    private String container = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "[LOCAL:]PORT",
            description = "Port of this machine, 0 for any free one, and port in the container; one number is both")
    private List<String> ports = List.of();

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            description = "Address of this machine on which to listen",
            defaultValue = "127.0.0.1")
    private String address = "127.0.0.1";

    private final Semaphore places = new Semaphore(MAX_CONNECTIONS);
    private final CountDownLatch ended = new CountDownLatch(1);

    /** A port of this machine and one in the container. */
    record ForwardedPort(int local, int remote) {
        static ForwardedPort parse(String text) {
            String[] parts = text.split(":", -1);
            if (parts.length > 2 || !Arrays.stream(parts).allMatch(part -> part.matches("\\d{1,5}"))) {
                throw new UserError("'" + text + "' is not a pair of ports: write 8080:80, or 80");
            }
            int local = Integer.parseInt(parts[0]);
            int remote = Integer.parseInt(parts[parts.length - 1]);
            if (local > MAX_PORT || remote < 1 || remote > MAX_PORT) {
                throw new UserError("'" + text + "' has a port that is not between 1 and " + MAX_PORT);
            }
            return new ForwardedPort(local, remote);
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        List<ForwardedPort> forwarded = ports.stream().map(ForwardedPort::parse).toList();
        var listening = new ArrayList<ServerSocket>();
        for (ForwardedPort port : forwarded) {
            ServerSocket server = listen(port);
            listening.add(server);
            Output.line("Forwarding " + address + ":" + server.getLocalPort() + " to port " + port.remote + " of "
                    + container);
            System.out.flush();
        }
        for (int i = 0; i < listening.size(); i++) {
            ServerSocket server = listening.get(i);
            int remote = forwarded.get(i).remote;
            Thread.ofPlatform().daemon().name("port-" + remote).start(() -> accept(server, remote));
        }
        ended.await();
        return 1;
    }

    private ServerSocket listen(ForwardedPort port) {
        try {
            var server = new ServerSocket();
            server.bind(new InetSocketAddress(InetAddress.getByName(address), port.local));
            return server;
        } catch (IOException e) {
            throw new UserError(
                    "cannot listen on " + address + ":" + port.local + ": " + e.getMessage() + ": give a free port", e);
        }
    }

    private void accept(ServerSocket server, int remote) {
        try (server) {
            while (true) {
                places.acquire();
                Socket local = server.accept();
                Thread.ofVirtual().start(() -> serve(local, remote));
            }
        } catch (IOException e) {
            Output.note("hatchery: cannot accept connections any more: " + e.getMessage());
            ended.countDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(Socket local, int remote) {
        String path = ClientCommands.container(container) + "/portforward?ports=" + remote;
        try (local;
                SessionSocket session = api.session(path, Map.of())) {
            local.setTcpNoDelay(true);
            Thread.ofVirtual().start(() -> send(local, session));
            receive(local, session);
        } catch (UserError e) {
            Output.note("hatchery: " + e.getMessage());
        } catch (IOException e) {
            Output.note("hatchery: a connection to port " + remote + " was lost: " + e.getMessage());
        } finally {
            places.release();
        }
    }

    private static void send(Socket local, SessionSocket session) {
        byte[] chunk = new byte[1 + CHUNK];
        chunk[0] = DATA;
        try {
            InputStream in = local.getInputStream();
            for (int count = in.read(chunk, 1, CHUNK); count >= 0; count = in.read(chunk, 1, CHUNK)) {
                session.send(Arrays.copyOf(chunk, 1 + count));
            }
            session.send(new byte[] {(byte) SessionProtocol.CLOSE, DATA});
        } catch (IOException e) {
            try {
                session.close(); // which ends the other direction
            } catch (IOException closing) {
                e.addSuppressed(closing);
                Output.note("hatchery: " + e);
            }
        }
    }

    private static void receive(Socket local, SessionSocket session) throws IOException {
        OutputStream out = local.getOutputStream();
        var begun = new boolean[2]; // the first message on each channel has the port
        for (byte[] message = session.receive(); message != null; message = session.receive()) {
            int channel = message.length == 0 ? -1 : message[0] & 0xff;
            if (channel == SessionProtocol.CLOSE) {
                local.shutdownOutput();
            } else if (channel == DATA && begun[DATA]) {
                out.write(message, 1, message.length - 1);
            } else if (channel == ERROR && begun[ERROR]) {
                Output.note("hatchery: " + new String(message, 1, message.length - 1, StandardCharsets.UTF_8));
            } else if (channel == DATA || channel == ERROR) {
                begun[channel] = true;
            }
        }
    }
}
