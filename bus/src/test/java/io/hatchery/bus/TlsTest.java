package io.hatchery.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.protocol.Topics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that speaks TLS is reached by Kafka's own client properties. */
@Tag("kafka")
class TlsTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    Path folder;

    private void keytool(String... arguments) throws Exception {
        var command = new java.util.ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", folder.resolve("broker.p12").toString(), "-storepass", PASSWORD));
        Process keytool = new ProcessBuilder(command).inheritIO().start();
        assertThat(keytool.waitFor()).isZero();
    }

    private Map<String, String> trust() {
        return Map.of(
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.location",
                folder.resolve("broker.pem").toString());
    }

    private Map<String, String> server() {
        var more = new HashMap<>(trust());
        more.put("listener.security.protocol.map", "CLIENT:SASL_SSL,CONTROLLER:SASL_PLAINTEXT");
        more.put("ssl.keystore.type", "PKCS12");
        more.put("ssl.keystore.location", folder.resolve("broker.p12").toString());
        more.put("ssl.keystore.password", PASSWORD);
        return more;
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @Test
    void brokerWithTlsIsReachedByItsCertificateAlone() throws Exception {
        keytool(
                "-genkeypair",
                "-alias",
                "broker",
                "-keyalg",
                "EC",
                "-storetype",
                "PKCS12",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                "2");
        keytool(
                "-exportcert",
                "-alias",
                "broker",
                "-rfc",
                "-file",
                folder.resolve("broker.pem").toString());
        Vertx vertx = Vertx.vertx();
        try (var broker = new TestBroker(folder.resolve("data"), server())) {
            var client = new HashMap<>(broker.credentials.clientProperties(broker.bootstrap()));
            client.put("security.protocol", "SASL_SSL");
            var trusting = new HashMap<>(client);
            trusting.putAll(trust());
            var bus = new KafkaBus(vertx, new BusConfig(trusting, 1, (short) 1));
            done(bus.ensure(Topics.ofTheFleet()));
            Publisher publisher = bus.publisher(20_000);
            done(publisher.publish(
                    Message.of(Topics.STATUS.name(), "web", Map.of("n", 1), null, "test", Instant.now())));
            var seen = new CopyOnWriteArrayList<String>();
            Follower follower = bus.follower("tls", record -> seen.add(record.key()), Throwable::printStackTrace);
            done(follower.follow(List.of(Topics.STATUS.name())));
            assertThat(seen).containsExactly("web");
            done(follower.close());
            client.put("request.timeout.ms", "2000");
            client.put("default.api.timeout.ms", "3000");
            assertThatThrownBy(() ->
                            done(new KafkaBus(vertx, new BusConfig(client, 1, (short) 1)).ensure(Topics.ofTheFleet())))
                    .as("a client that does not know the certificate")
                    .hasRootCauseInstanceOf(Exception.class);
        } finally {
            done(vertx.close());
        }
    }
}
