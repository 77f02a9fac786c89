package io.hatchery.acceptance;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** The way from a host to the gateway's cache, which may be closed, slow, or change what passes. */
final class CacheWay {
    private enum State {
        OPEN,
        CLOSED,
        CORRUPT
    }

    private final HttpServer server;
    private final HttpClient client = HttpClient.newHttpClient();
    private final int gateway;
    private volatile State state = State.OPEN;
    private volatile CountDownLatch held = new CountDownLatch(0);

    private CacheWay(HttpServer server, int gateway) {
        this.server = server;
        this.gateway = gateway;
    }

    static CacheWay to(int gateway) {
        try {
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            var way = new CacheWay(server, gateway);
            server.createContext("/", way::pass);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.start();
            return way;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    void open() {
        state = State.OPEN;
        held.countDown();
    }

    void close() {
        state = State.CLOSED;
    }

    void corrupt() {
        state = State.CORRUPT;
    }

    /** Archives wait until it is opened. */
    void hold() {
        held = new CountDownLatch(1);
    }

    void end() {
        open();
        server.stop(0);
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().toString();
            boolean archive = path.contains("/nar/");
            if (state == State.CLOSED) {
                return;
            }
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway + path));
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            if (authorization != null) {
                request.header("Authorization", authorization);
            }
            HttpResponse<byte[]> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            byte[] body = answer.body();
            if (archive) {
                held.await();
                if (state == State.CORRUPT && body.length > 0) {
                    body[body.length / 2] ^= 0x55;
                }
            }
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(answer.statusCode(), head || body.length == 0 ? -1 : body.length);
            if (!head && body.length > 0) {
                exchange.getResponseBody().write(body);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
