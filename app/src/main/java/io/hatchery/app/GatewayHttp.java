package io.hatchery.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to the gateway. They go through {@link HttpURLConnection}, because loading {@code HttpClient} takes several times as long
 * as all else that a command such as {@code list} does.
 */
final class GatewayHttp {
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** Longer than the gateway keeps a request that waits for an outcome. */
    private static final Duration READ_TIMEOUT = Duration.ofMinutes(11);

    /** Idle connections that are kept for the next request: as many as {@link ParallelTasks} sends at the same time. */
    private static final String KEPT_CONNECTIONS = Integer.toString(ParallelTasks.MOST);

    static {
        System.setProperty("http.maxConnections", KEPT_CONNECTIONS);
        // A command that was perhaps executed must not be sent a second time.
        System.setProperty("sun.net.http.retryPost", "false");
    }

    private GatewayHttp() {}

    /**
     * What a client shows a gateway and expects of it.
     *
     * @param token without blanks
     * @param trust the authorities that it trusts; null for those that the JDK knows
     */
    record GatewayConnection(String token, @Nullable SSLContext trust) {}

    /** An answer, of whatever status. */
    static final class HttpResponse {
        private final int status;
        private final Map<String, List<String>> headers;
        private final byte[] body;

        private HttpResponse(int status, Map<String, List<String>> headers, byte[] body) {
            this.status = status;
            this.headers = headers;
            this.body = body;
        }

        int status() {
            return status;
        }

        /** By name, which compares without regard to case. */
        Map<String, List<String>> headers() {
            return headers;
        }

        /** Empty if there is none. */
        byte[] body() {
            return body;
        }
    }

    /**
     * An answer that is read while it comes.
     *
     * @param body must be closed
     */
    record OpenResponse(int status, InputStream body) {}

    /**
     * Sends a request and leaves the answer to be read.
     *
     * @param silence how long the gateway may send nothing
     * @throws IOException if the gateway cannot be reached, does not answer in time, or does not speak HTTP
     */
    static OpenResponse open(URI uri, GatewayConnection gateway, Duration silence) throws IOException {
        HttpURLConnection connection = connection("GET", uri, gateway, silence);
        int status = connection.getResponseCode();
        if (status < 0) {
            throw new IOException("the answer is not HTTP");
        }
        InputStream body = status >= 400 ? connection.getErrorStream() : connection.getInputStream();
        return new OpenResponse(status, body == null ? InputStream.nullInputStream() : body);
    }

    private static HttpURLConnection connection(String method, URI uri, GatewayConnection gateway, Duration silence)
            throws IOException {
        if (!(uri.toURL().openConnection() instanceof HttpURLConnection connection)) {
            throw new IOException(uri + " is not an HTTP address");
        }
        if (connection instanceof HttpsURLConnection encrypted && gateway.trust != null) {
            encrypted.setSSLSocketFactory(gateway.trust.getSocketFactory());
        }
        connection.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
        connection.setReadTimeout((int) silence.toMillis());
        connection.setInstanceFollowRedirects(false); // the token is for this gateway alone
        connection.setRequestMethod(method);
        connection.setRequestProperty("Authorization", "Bearer " + gateway.token);
        return connection;
    }

    /**
     * Sends a request and reads the answer.
     *
     * @param body null for a request without a body
     * @throws IOException if the gateway cannot be reached, does not answer in time, or does not speak HTTP
     */
    static HttpResponse send(
            String method, URI uri, GatewayConnection gateway, byte @Nullable [] body, String contentType)
            throws IOException {
        HttpURLConnection connection = connection(method, uri, gateway, READ_TIMEOUT);
        connection.setRequestProperty("Content-Type", contentType);
        if (body != null) {
            connection.setDoOutput(true);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body);
            }
        }
        int status = connection.getResponseCode();
        if (status < 0) {
            throw new IOException("the answer is not HTTP");
        }
        var headers = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
        connection.getHeaderFields().forEach((name, values) -> {
            if (name != null) { // the status line has none
                headers.put(name, values);
            }
        });
        return new HttpResponse(status, headers, content(connection, status));
    }

    private static byte[] content(HttpURLConnection connection, int status) throws IOException {
        try (InputStream in = status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
            return in == null ? new byte[0] : in.readAllBytes();
        }
    }
}
