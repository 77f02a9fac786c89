package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hatchery.broker.CertificateAuthority;
import io.hatchery.gateway.tls.CertificateFiles;
import io.hatchery.gateway.tls.CertificateReloader;
import io.hatchery.gateway.tls.ServerCertificate;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates of Hatchery's own authority, on a real server. */
class GatewayTlsTest {
    private final Vertx vertx = Vertx.vertx();

    @TempDir
    private Path folder;

    private CertificateAuthority authority;
    private CertificateFiles files;

    @BeforeEach
    void issue() throws IOException {
        authority = new CertificateAuthority(folder.resolve("ca"));
        assertThat(authority.init()).isTrue();
        files = new CertificateFiles(folder.resolve("gateway.pem"), folder.resolve("gateway.key.pem"));
        authority.issue(List.of("127.0.0.1", "localhost"), files.certificate(), files.key());
    }

    @AfterEach
    void end() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private HttpServer server(CertificateReloader[] reloader) throws Exception {
        ServerCertificate read = ServerCertificate.read(files, Instant.now());
        var options = new HttpServerOptions()
                .setHost("127.0.0.1")
                .setPort(0)
                .setSsl(true)
                .setKeyCertOptions(read.options());
        HttpServer server = vertx.createHttpServer(options)
                .requestHandler(request -> request.response().end("answer"))
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        reloader[0] = new CertificateReloader(vertx, files, Clock.systemUTC(), read);
        vertx.runOnContext(begin -> reloader[0].begin(server));
        return server;
    }

    private static HttpResponse<String> get(HttpClient client, HttpServer server, String name) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("https://" + name + ":" + server.actualPort() + "/"))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private HttpClient client(CertificateAuthority trusted) throws IOException {
        String pem = Files.readString(trusted.certificate());
        return HttpClient.newBuilder()
                .sslContext(TrustedAuthority.context(pem, "test"))
                .build();
    }

    private static String serial(HttpResponse<String> answer) throws Exception {
        var chain = answer.sslSession().orElseThrow().getPeerCertificates();
        return ((X509Certificate) chain[0]).getSerialNumber().toString();
    }

    @Test
    void clientThatTrustsTheAuthorityReachesEachNameOfTheCertificate() throws Exception {
        HttpServer server = server(new CertificateReloader[1]);
        HttpClient client = client(authority);
        assertThat(get(client, server, "127.0.0.1").body()).isEqualTo("answer");
        assertThat(get(client, server, "localhost").body()).isEqualTo("answer");
        assertThatThrownBy(() -> get(HttpClient.newHttpClient(), server, "localhost"))
                .isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void anotherAuthorityIsNotTrusted() throws Exception {
        HttpServer server = server(new CertificateReloader[1]);
        var another = new CertificateAuthority(folder.resolve("another"));
        another.init();
        HttpClient client = client(another);
        assertThatThrownBy(() -> get(client, server, "localhost")).isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void changedCertificateIsUsedWithoutARestart() throws Exception {
        HttpServer server = server(new CertificateReloader[1]);
        String first = serial(get(client(authority), server, "localhost"));
        Path key = folder.resolve("next.key.pem");
        Path certificate = folder.resolve("next.pem");
        authority.issue(List.of("localhost"), certificate, key);
        // Between the two moves, the files do not belong together.
        Files.move(key, files.key(), StandardCopyOption.REPLACE_EXISTING);
        assertThat(serial(get(client(authority), server, "localhost"))).isEqualTo(first);
        Files.move(certificate, files.certificate(), StandardCopyOption.REPLACE_EXISTING);
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        !serial(get(client(authority), server, "localhost")).equals(first));
    }

    @Test
    void authorityIsMadeOnceAndItsKeysArePrivate() throws Exception {
        String before = Files.readString(authority.certificate());
        assertThat(authority.init()).isFalse();
        assertThat(Files.readString(authority.certificate())).isEqualTo(before);
        for (Path secret : List.of(files.key(), folder.resolve("ca/ca.p12"), folder.resolve("ca/password"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void filesThatDoNotFitAreRefusedWithTheReason() throws Exception {
        assertThatThrownBy(() -> ServerCertificate.read(files, Instant.now().plus(Duration.ofDays(1000))))
                .hasMessageContaining("expired on")
                .hasMessageContaining("renew");
        Path otherKey = folder.resolve("other.key.pem");
        authority.issue(List.of("localhost"), folder.resolve("other.pem"), otherKey);
        assertThatThrownBy(() ->
                        ServerCertificate.read(new CertificateFiles(files.certificate(), otherKey), Instant.now()))
                .hasMessageContaining("is not the key of the certificate");
        assertThatThrownBy(() -> ServerCertificate.read(new CertificateFiles(otherKey, otherKey), Instant.now()))
                .hasMessageContaining("certificate");
        assertThatThrownBy(() -> ServerCertificate.read(
                        new CertificateFiles(files.certificate(), files.certificate()), Instant.now()))
                .hasMessageContaining("openssl pkcs8");
    }
}
