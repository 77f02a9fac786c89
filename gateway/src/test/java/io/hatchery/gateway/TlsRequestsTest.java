package io.hatchery.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.broker.CertificateAuthority;
import io.hatchery.gateway.tls.CertificateFiles;
import io.hatchery.gateway.tls.TransportSecurity;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway with TLS, at raw sockets. */
@Tag("kafka")
class TlsRequestsTest {
    @TempDir
    static Path data;

    private static TestFleet fleet;
    private static TestFleet.Gateway gateway;
    private static SSLSocketFactory sockets;

    @BeforeAll
    static void start() throws Exception {
        var authority = new CertificateAuthority(data.resolve("ca"));
        authority.init();
        var files = new CertificateFiles(data.resolve("gateway.pem"), data.resolve("gateway.key.pem"));
        authority.issue(List.of("127.0.0.1", "fleet.example.org"), files.certificate(), files.key());
        sockets = trusting(authority.certificate());
        fleet = new TestFleet(data);
        gateway = fleet.gateway(new TransportSecurity(files, List.of(), Set.of()));
    }

    @AfterAll
    static void stop() {
        fleet.close();
        assertThat(fleet.failures).isEmpty();
    }

    private static SSLSocketFactory trusting(Path authority) throws Exception {
        var keys = KeyStore.getInstance(KeyStore.getDefaultType());
        keys.load(null, null);
        try (InputStream in = Files.newInputStream(authority)) {
            keys.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(keys);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context.getSocketFactory();
    }

    private static String answer(Socket socket, String headers) throws IOException {
        try (socket) {
            String request = "GET /healthz HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String encrypted(String headers) throws IOException {
        return answer(sockets.createSocket(InetAddress.getLoopbackAddress(), gateway.port()), headers);
    }

    @Test
    void namesOfTheCertificateAreServedAndBrowsersKeepToTls() throws IOException {
        assertThat(encrypted("Host: fleet.example.org\r\n"))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("\r\nStrict-Transport-Security: max-age=31536000\r\n");
        assertThat(encrypted("Host: 127.0.0.1:8470\r\n")).startsWith("HTTP/1.1 200");
    }

    @Test
    void requestForAnotherNameIs421() throws IOException {
        assertThat(encrypted("Host: evil.example.net\r\n"))
                .startsWith("HTTP/1.1 421")
                .contains("/problems/unknown-host", "evil.example.net", "gateway.names");
    }

    @Test
    void requestOfAForeignPageIs403() throws IOException {
        assertThat(encrypted("Host: fleet.example.org\r\nOrigin: https://fleet.example.org\r\n"))
                .startsWith("HTTP/1.1 200");
        assertThat(encrypted("Host: fleet.example.org\r\nOrigin: https://evil.example.net\r\n"))
                .startsWith("HTTP/1.1 403")
                .contains("/problems/foreign-origin");
    }

    @Test
    void websocketOfAForeignPageIs403() throws IOException {
        List<String> headers = List.of(
                "Host: fleet.example.org",
                "Origin: https://evil.example.net",
                "Upgrade: websocket",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Version: 13");
        assertThat(encrypted(String.join("\r\n", headers) + "\r\n")).startsWith("HTTP/1.1 403");
    }

    @Test
    void requestWithoutTlsIsNotAnswered() throws IOException {
        assertThat(answer(new Socket(InetAddress.getLoopbackAddress(), gateway.port()), "Host: 127.0.0.1\r\n"))
                .doesNotContain("HTTP/1.1");
    }
}
