package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.bus.access.KafkaUser;
import io.hatchery.protocol.access.Principal;
import io.hatchery.spec.HostName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaSettingsTest {
    private static final Map<String, String> CONNECTION =
            Map.of("bootstrap.servers", "127.0.0.1:1", "security.protocol", "SASL_PLAINTEXT");
    private static final Principal RUNNER = new Principal.RunnerUser(new HostName("h1"));

    @TempDir
    Path data;

    private Settings settings(Map<String, String> more) {
        var values = new HashMap<>(more);
        values.put("data", data.toString());
        return Settings.read(null, Map.of(), values);
    }

    private void writeAdministrator() throws IOException {
        Secrets.write(data.resolve("client.properties"), "bootstrap.servers=127.0.0.1:1\nsasl.mechanism=PLAIN\n");
    }

    private Path write(Path folder, Principal principal) throws IOException {
        var credentials = new KafkaCredentials(folder);
        credentials.write(new KafkaUser(principal.user(), "secret"), CONNECTION);
        return credentials.file(principal.user());
    }

    @Test
    void serviceConnectsAsItsOwnUserAndNeverAsTheAdministrator() throws IOException {
        writeAdministrator();
        write(data.resolve("users"), RUNNER);
        Settings settings = settings(Map.of());
        assertThat(KafkaSettings.of(settings, RUNNER).client().get("sasl.jaas.config"))
                .contains("username=\"hatchery-runner-h1\" password=\"secret\"");
        assertThatThrownBy(() -> KafkaSettings.of(settings, new Principal.RunnerUser(new HostName("h2"))))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no Kafka user hatchery-runner-h2")
                .hasMessageContaining("hatchery acls --apply --host h2");
        assertThat(KafkaSettings.administrator(settings).client()).containsEntry("sasl.mechanism", "PLAIN");
    }

    @Test
    void copiedCredentialsAreFoundInTheDataFolder() throws IOException {
        Files.copy(write(data.resolve("elsewhere"), RUNNER), data.resolve("client.properties"));
        assertThat(KafkaSettings.of(settings(Map.of()), RUNNER).client())
                .containsEntry("bootstrap.servers", "127.0.0.1:1");
    }

    @Test
    void kafkaKeysOverrideTheCredentialsFile() throws IOException {
        Path file = write(data.resolve("elsewhere"), RUNNER);
        Settings settings =
                settings(Map.of("credentials.file", file.toString(), "kafka.bootstrap.servers", "other:9092"));
        assertThat(KafkaSettings.of(settings, RUNNER).client())
                .containsEntry("bootstrap.servers", "other:9092")
                .containsEntry("sasl.mechanism", "SCRAM-SHA-512");
    }

    @Test
    void configuredClusterNeedsNoFile() throws IOException {
        writeAdministrator();
        write(data.resolve("users"), RUNNER);
        Settings settings = settings(Map.of("kafka.bootstrap.servers", "other:9092"));
        assertThat(KafkaSettings.of(settings, RUNNER).client())
                .containsExactlyEntriesOf(Map.of("bootstrap.servers", "other:9092"));
    }

    @Test
    void credentialsWithACertificateOfSeveralLinesAreReadAsTheyWereWritten() throws IOException {
        var connection = new HashMap<>(CONNECTION);
        String certificate = "-----BEGIN CERTIFICATE-----\nAA\\==\n-----END CERTIFICATE-----\n";
        connection.put("security.protocol", "SASL_SSL");
        connection.put("ssl.truststore.certificates", certificate);
        connection.put("ssl.keystore.location", "/etc/the-administrators.key");
        var credentials = new KafkaCredentials(data.resolve("users"));
        credentials.write(new KafkaUser(RUNNER.user(), "secret"), connection);
        assertThat(KafkaCredentials.read(credentials.file(RUNNER.user())))
                .containsEntry("ssl.truststore.certificates", certificate)
                .containsEntry("security.protocol", "SASL_SSL")
                .doesNotContainKey("ssl.keystore.location");
        assertThat(credentials.read(RUNNER.user())).contains(new KafkaUser(RUNNER.user(), "secret"));
        assertThat(data.resolve("users/hatchery-runner-h1/broker.pem")).hasContent(certificate);
    }
}
