package io.hatchery.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.app.GatewayHttp.GatewayConnection;
import io.hatchery.protocol.session.SessionProtocol;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serial;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A websocket (RFC 6455) of a session. It blocks, so that a slow side slows the other, and loads a fraction of the classes of
 * {@code HttpClient}. One thread reads; any thread writes.
 */
final class SessionSocket implements Closeable {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int LONGEST_LINE = 1 << 16;
    private static final int MAX_PROBLEM = 1 << 20;
    private static final int SWITCHING = 101;
    private static final int HTTPS = 443;
    private static final int HTTP = 80;

    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int SHORT = 125;
    private static final int TWO_BYTES = 126;
    private static final int EIGHT_BYTES = 127;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final SecureRandom random = new SecureRandom();

    /** The gateway answered with another status. */
    static final class RefusedException extends IOException {
        @Serial
        private static final long serialVersionUID = 1;

        private final int status;
        private final transient ObjectNode problem;

        private RefusedException(int status, ObjectNode problem) {
            super("the gateway answered with status " + status);
            this.status = status;
            this.problem = problem;
        }

        int status() {
            return status;
        }

        /** What the gateway answered; empty if that is no JSON. */
        ObjectNode problem() {
            return problem;
        }
    }

    private SessionSocket(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
        this.out = socket.getOutputStream();
    }

    /**
     * Connects to a gateway.
     *
     * @throws RefusedException if it refuses
     */
    static SessionSocket open(URI uri, GatewayConnection gateway, Map<String, String> variables) throws IOException {
        boolean isEncrypted = uri.getScheme().equals("https");
        int port = uri.getPort() > 0 ? uri.getPort() : isEncrypted ? HTTPS : HTTP;
        var plain = new Socket();
        try {
            String host = uri.getHost().replaceAll("^\\[|]$", "");
            plain.setTcpNoDelay(true); // each key is a message
            plain.connect(new InetSocketAddress(host, port), (int) GatewayHttp.CONNECT_TIMEOUT.toMillis());
            var socket = new SessionSocket(isEncrypted ? encrypted(plain, host, port, gateway.trust()) : plain);
            socket.shakeHands(uri, gateway.token(), variables);
            return socket;
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    private static Socket encrypted(Socket plain, String host, int port, @Nullable SSLContext trust)
            throws IOException {
        var factory = trust == null ? SSLSocketFactory.getDefault() : trust.getSocketFactory();
        if (!(((SSLSocketFactory) factory).createSocket(plain, host, port, true) instanceof SSLSocket socket)) {
            throw new IOException("the JDK has no TLS");
        }
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private void shakeHands(URI uri, String token, Map<String, String> variables) throws IOException {
        byte[] nonce = new byte[16];
        random.nextBytes(nonce);
        String key = Base64.getEncoder().encodeToString(nonce);
        var request = new StringBuilder("GET ")
                .append(uri.getRawPath())
                .append(uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery())
                .append(" HTTP/1.1\r\nHost: ")
                .append(uri.getRawAuthority())
                .append(
                        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ")
                .append(key)
                .append("\r\nSec-WebSocket-Protocol: " + SessionProtocol.V5 + "\r\nAuthorization: Bearer ")
                .append(token);
        variables.forEach((name, value) -> request.append("\r\nHatchery-Env: ")
                .append(URLEncoder.encode(name + "=" + value, StandardCharsets.UTF_8)
                        .replace("+", "%20")));
        out.write(request.append("\r\n\r\n").toString().getBytes(StandardCharsets.UTF_8));
        out.flush();
        int status = status(line());
        Map<String, String> headers = headers();
        if (status != SWITCHING) {
            throw new RefusedException(status, problem(headers));
        }
        if (!accepted(key).equals(headers.get("sec-websocket-accept"))) {
            throw new IOException("the answer is not that of a gateway");
        }
    }

    private static int status(String line) throws IOException {
        String[] words = line.split(" ", 3);
        if (!words[0].startsWith("HTTP/1.") || words.length < 2 || !words[1].matches("\\d{3}")) {
            throw new IOException("the answer is not HTTP");
        }
        return Integer.parseInt(words[1]);
    }

    private Map<String, String> headers() throws IOException {
        var headers = new TreeMap<String, String>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            String[] header = line.split(":", 2);
            headers.put(header[0].toLowerCase(Locale.ROOT), header.length < 2 ? "" : header[1].strip());
        }
        return headers;
    }

    private ObjectNode problem(Map<String, String> headers) throws IOException {
        String length = headers.getOrDefault("content-length", "0");
        int bytes = length.matches("\\d{1,7}") ? Math.min(Integer.parseInt(length), MAX_PROBLEM) : 0;
        try {
            return Json.readObject(in.readNBytes(bytes));
        } catch (UnreadableException e) {
            return Json.object(); // a proxy answered
        }
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the gateway closed the connection");
            }
            if (line.length() == LONGEST_LINE) {
                throw new IOException("the answer has a line that is too long");
            }
            line.append((char) next);
        }
        return line.toString().stripTrailing();
    }

    private static String accepted(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    /** Sends a message. */
    void send(byte[] message) throws IOException {
        write(BINARY, message);
    }

    private void write(int operation, byte[] data) throws IOException {
        int extended = data.length <= SHORT ? 0 : data.length < 1 << 16 ? 2 : 8;
        byte[] frame = new byte[2 + extended + 4 + data.length];
        frame[0] = (byte) (FINAL | operation);
        frame[1] = (byte) (MASKED | (extended == 0 ? data.length : extended == 2 ? TWO_BYTES : EIGHT_BYTES));
        for (int i = 0; i < extended; i++) {
            frame[2 + i] = (byte) ((long) data.length >> 8 * (extended - 1 - i));
        }
        byte[] mask = new byte[4];
        synchronized (out) {
            random.nextBytes(mask);
            System.arraycopy(mask, 0, frame, 2 + extended, 4);
            for (int i = 0; i < data.length; i++) {
                frame[6 + extended + i] = (byte) (data[i] ^ mask[i & 3]);
            }
            out.write(frame);
            out.flush();
        }
    }

    /**
     * The next message; null once the gateway has closed the connection in order.
     *
     * @throws IOException if the connection is lost
     */
    byte @Nullable [] receive() throws IOException {
        byte[] message = new byte[0];
        while (true) {
            int first = in.readUnsignedByte();
            byte[] data = payload(in.readUnsignedByte());
            int operation = first & 0xf;
            if (operation == CLOSE) {
                write(CLOSE, data);
                return null;
            }
            if (operation == PING) {
                write(PONG, data);
            } else if (operation != PONG) {
                message = joined(message, data);
                if ((first & FINAL) != 0) {
                    return message;
                }
            }
        }
    }

    private byte[] payload(int second) throws IOException {
        long length = second == TWO_BYTES ? in.readUnsignedShort() : second == EIGHT_BYTES ? in.readLong() : second;
        if (length < 0 || length > SessionProtocol.MAX_MESSAGE) { // a gateway does not mask
            throw new IOException("the gateway sent a message of " + length + " bytes");
        }
        byte[] data = in.readNBytes((int) length);
        if (data.length < length) {
            throw new EOFException("the connection to the gateway was lost");
        }
        return data;
    }

    private static byte[] joined(byte[] one, byte[] next) throws IOException {
        if (one.length == 0) {
            return next;
        }
        if (one.length + next.length > SessionProtocol.MAX_MESSAGE) {
            throw new IOException("the gateway sent a message that is too long");
        }
        byte[] joined = java.util.Arrays.copyOf(one, one.length + next.length);
        System.arraycopy(next, 0, joined, one.length, next.length);
        return joined;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
