package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.broker.BrokerConfig;
import io.hatchery.broker.Credentials;
import io.hatchery.broker.EmbeddedBroker;
import io.hatchery.bus.BusConfig;
import io.hatchery.bus.BusException;
import io.hatchery.bus.TopicSetup;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.access.Principal;
import io.hatchery.spec.HostName;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The users that the embedded broker and {@code hatchery acls} create. */
@Tag("kafka")
class FleetAccessTest {
    private static final Principal GATEWAY = new Principal.GatewayUser(Principal.FIRST);
    private static final Principal RUNNER = new Principal.RunnerUser(new HostName("h1"));

    @TempDir
    Path folder;

    private Settings settings(Map<String, String> more) throws IOException {
        var values = new HashMap<String, String>();
        try (var first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            values.put("broker.port", String.valueOf(first.getLocalPort()));
            values.put("broker.controller.port", String.valueOf(second.getLocalPort()));
        }
        values.put("data", folder.resolve("data").toString());
        values.put("host", "h1");
        values.putAll(more);
        return Settings.read(null, Map.of(), values);
    }

    private static List<String> topics(BusConfig user) {
        try (var setup = new TopicSetup(user)) {
            return setup.names().stream().sorted().toList();
        }
    }

    private static void assertRefused(BusConfig user) {
        assertThatThrownBy(() -> topics(user))
                .isInstanceOf(BusException.class)
                .hasRootCauseInstanceOf(SaslAuthenticationException.class);
    }

    @Test
    void brokerCreatesAUserForEachServiceAndKeepsThem() throws IOException {
        Settings settings = settings(Map.of());
        String password;
        try (var services = new Services(settings)) {
            services.broker();
            assertThat(topics(KafkaSettings.of(settings, RUNNER)))
                    .containsExactly(
                            "hatchery.deadletter",
                            "hatchery.events",
                            "hatchery.host.h1.commands",
                            "hatchery.host.h1.logs",
                            "hatchery.host.h1.specs",
                            "hatchery.hosts",
                            "hatchery.status");
            assertThat(topics(KafkaSettings.of(settings, GATEWAY)))
                    .contains("hatchery.host.h1.commands")
                    .doesNotContain("hatchery.host.h1.specs");
            password = KafkaSettings.of(settings, RUNNER).client().get("sasl.jaas.config");
        }
        var credentials = new KafkaCredentials(KafkaSettings.users(settings));
        Files.delete(credentials.file(GATEWAY.user()));
        Settings moved = settings(Map.of());
        try (var services = new Services(moved)) {
            services.broker();
            assertThat(KafkaSettings.of(moved, RUNNER).client())
                    .containsEntry("sasl.jaas.config", password)
                    .containsEntry("bootstrap.servers", "127.0.0.1:" + moved.get(BrokerSettings.PORT));
            assertThat(topics(KafkaSettings.of(moved, RUNNER))).isNotEmpty();
            assertThat(topics(KafkaSettings.of(moved, GATEWAY))).isNotEmpty();
        }
    }

    @Test
    void folderOfAnEarlierVersionGetsUsersAndItsSharedPasswordIsRefused() throws IOException {
        Settings settings = settings(Map.of());
        Path data = Files.createDirectories(folder.resolve("data"));
        var shared = new Credentials("hatchery", "shared");
        BrokerConfig config = BrokerSettings.of(settings);
        Map<String, String> client = shared.clientProperties(config.bootstrap());
        try (var _ = EmbeddedBroker.start(config, shared, Map.of("authorizer.class.name", ""));
                var setup = new TopicSetup(new BusConfig(client, 4, (short) 1))) {
            setup.ensure(Topics.ofTheFleet());
        }
        Files.writeString(data.resolve("broker.password"), "shared\n");
        try (var services = new Services(settings)) {
            services.broker();
            assertThat(topics(KafkaSettings.of(settings, RUNNER))).contains("hatchery.status");
            assertRefused(new BusConfig(client, 4, (short) 1));
            assertThat(data.resolve("broker.password")).doesNotExist();
        }
    }

    @Test
    void commandAddsAndRevokesHostsAndOperators() throws IOException {
        Settings settings = settings(Map.of());
        try (var services = new Services(settings)) {
            services.broker();
            String data = "data=" + folder.resolve("data");
            CommandRun added = CommandRun.of(
                    "acls", "--apply", "--set", data, "--host", "h2,h3", "--operator", "ops=h2", "--definitions", "ci");
            assertThat(added.code()).as(added.err()).isZero();
            assertThat(added.out()).contains("hatchery-runner-h2: created", "hatchery-operator-ops: created");
            var second = new Principal.RunnerUser(new HostName("h2"));
            assertThat(topics(KafkaSettings.of(settings, second))).contains("hatchery.host.h2.specs");
            assertThat(topics(KafkaSettings.of(settings, GATEWAY)))
                    .contains("hatchery.host.h2.commands", "hatchery.host.h3.commands");
            var operator = new KafkaCredentials(KafkaSettings.users(settings)).file("hatchery-operator-ops");
            assertThat(topics(new BusConfig(KafkaCredentials.read(operator), 4, (short) 1)))
                    .containsExactly("hatchery.events", "hatchery.host.h2.commands");

            CommandRun again = CommandRun.of("acls", "--apply", "--set", data, "--host", "h2");
            assertThat(again.out()).isEqualTo("ACLs: 0 added, 0 removed\n");
            BusConfig before = KafkaSettings.of(settings, second);
            CommandRun renewed = CommandRun.of("acls", "--apply", "--set", data, "--host", "h2", "--new-passwords");
            assertThat(renewed.out()).contains("hatchery-runner-h2: new password");
            assertRefused(before);
            assertThat(topics(KafkaSettings.of(settings, second))).isNotEmpty();

            BusConfig revokedUser = KafkaSettings.of(settings, second);
            CommandRun revoked =
                    CommandRun.of("acls", "--set", data, "--revoke", "hatchery-runner-h2,hatchery-runner-h9");
            assertThat(revoked.out()).contains("hatchery-runner-h2: user and rights removed");
            assertThat(revoked.err()).contains("there is no user hatchery-runner-h9");
            assertThat(revoked.code()).isEqualTo(1);
            assertRefused(revokedUser);
            assertThat(operator.resolveSibling("../hatchery-runner-h2").normalize())
                    .doesNotExist();

            // The user of that name gets another password.
            CommandRun enrolled = CommandRun.of("acls", "--apply", "--set", data, "--host", "h2");
            assertThat(enrolled.out()).contains("hatchery-runner-h2: created");
            assertRefused(revokedUser);
            assertThat(topics(KafkaSettings.of(settings, second))).isNotEmpty();

            CommandRun foreign = CommandRun.of("acls", "--set", data, "--revoke", "hatchery-admin");
            assertThat(foreign.err()).contains("hatchery-admin is not a user that hatchery acls makes");
        }
    }

    /** An address of this host, or its name if it has no network. */
    private static String addressBeyondLoopback() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .map(InetAddress::getHostAddress)
                .findFirst()
                .orElse(InetAddress.getLocalHost().getHostName());
    }

    @Test
    void brokerBeyondLoopbackSpeaksTls() throws IOException {
        Settings settings = settings(Map.of("broker.address", addressBeyondLoopback()));
        try (var services = new Services(settings)) {
            services.broker();
            BusConfig runner = KafkaSettings.of(settings, RUNNER);
            assertThat(runner.client())
                    .containsEntry("security.protocol", "SASL_SSL")
                    .containsKey("ssl.truststore.certificates");
            assertThat(topics(runner)).contains("hatchery.status");
            var unencrypted = new HashMap<>(runner.client());
            unencrypted.put("security.protocol", "SASL_PLAINTEXT");
            unencrypted.put("default.api.timeout.ms", "3000");
            unencrypted.put("request.timeout.ms", "2000");
            assertThatThrownBy(() -> topics(new BusConfig(unencrypted, 4, (short) 1)))
                    .isInstanceOf(BusException.class);
        }
    }
}
