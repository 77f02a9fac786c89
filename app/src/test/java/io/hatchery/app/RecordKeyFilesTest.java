package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.bus.BusConfig;
import io.hatchery.bus.authentication.KeyFile;
import io.hatchery.bus.authentication.RecordAuthenticator;
import io.hatchery.bus.authentication.RecordKeys;
import io.hatchery.protocol.access.Principal;
import io.hatchery.spec.HostName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of keys, and how services find theirs. */
class RecordKeyFilesTest {
    private static final Principal H1 = new Principal.RunnerUser(new HostName("h1"));
    private static final Principal GATEWAY = new Principal.GatewayUser("1");
    private static final Principal OPERATOR = new Principal.OperatorUser("ops", true, new java.util.TreeSet<>());

    @TempDir
    Path folder;

    private RecordKeyFiles files() throws IOException {
        var files = new RecordKeyFiles(folder.resolve("users"));
        files.apply(List.of(H1, GATEWAY, OPERATOR));
        return files;
    }

    private String keys(Principal principal) throws IOException {
        return Files.readString(files().file(principal.user()));
    }

    private Settings settings(Map<String, String> more) {
        var values =
                new java.util.TreeMap<>(Map.of("data", folder.toString(), "kafka.bootstrap.servers", "127.0.0.1:1"));
        values.putAll(more);
        return Settings.read(null, Map.of(), values);
    }

    private static boolean checks(BusConfig bus, String topic) {
        return bus.authenticator().checks(topic);
    }

    @Test
    void keysAreMadeOnceAndReadableByTheirOwnerOnly() throws IOException {
        String first = keys(H1);
        assertThat(keys(H1)).isEqualTo(first);
        assertThat(files().file(OPERATOR.user())).doesNotExist();
        for (Path file : List.of(
                folder.resolve("users/" + RecordKeyFiles.FLEET),
                files().file(H1.user()),
                files().file(GATEWAY.user()))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .as(file.toString())
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void lostFleetKeysAreNotReplacedWhileServicesUseThem() throws IOException {
        files();
        Files.delete(folder.resolve("users/" + RecordKeyFiles.FLEET));
        assertThatThrownBy(this::files)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("hatchery-gateway-1, hatchery-runner-h1 have keys")
                .hasMessageContaining("restore the file from a backup");
    }

    @Test
    void keysAreAddedAndThenUsedForAllUsers() throws IOException {
        files();
        String set = "data=" + folder;
        assertThat(CommandRun.of("keys", "list", "--set", set).out()).isEqualTo("key 1: records are signed with it\n");
        CommandRun added = CommandRun.of("keys", "add", "--set", set);
        assertThat(added.out())
                .contains("key 2: records that it signed are accepted")
                .contains("Written for hatchery-gateway-1, hatchery-runner-h1.");
        assertThat(RecordKeys.of(KeyFile.properties(files().file(H1.user()))).current())
                .isEqualTo("1");
        assertThat(CommandRun.of("keys", "use", "--set", set).out()).contains("key 2: records are signed with it");
        assertThat(RecordKeys.of(KeyFile.properties(files().file(H1.user()))).current())
                .isEqualTo("2");
    }

    @Test
    void keysCommandNamesTheRemedyIfThereAreNone() {
        CommandRun none = CommandRun.of("keys", "list", "--set", "data=" + folder);
        assertThat(none.err()).contains("there are no keys in").contains("hatchery acls --apply makes them");
        assertThat(none.code()).isEqualTo(1);
    }

    @Test
    void serviceFindsItsKeysBesideItsCredentials() throws IOException {
        files();
        BusConfig runner = KafkaSettings.of(settings(Map.of()), H1);
        assertThat(checks(runner, "hatchery.host.h1.specs")).isTrue();
        BusConfig gateway = KafkaSettings.of(settings(Map.of()), GATEWAY);
        assertThat(checks(gateway, "hatchery.status")).isTrue();
        assertThat(checks(gateway, "hatchery.host.h1.specs")).isFalse();
    }

    @Test
    void keysHaveThePrefixOfTheCredentialsBesideThem() {
        assertThat(RecordKeyFiles.beside(Path.of("/etc/hatchery/client.properties")))
                .isEqualTo(Path.of("/etc/hatchery/record-keys.properties"));
        assertThat(RecordKeyFiles.beside(Path.of("/etc/hatchery/gateway.client.properties")))
                .isEqualTo(Path.of("/etc/hatchery/gateway.record-keys.properties"));
        assertThat(RecordKeyFiles.beside(Path.of("/run/keys/kafka")))
                .isEqualTo(Path.of("/run/keys/record-keys.properties"));
    }

    @Test
    void serviceWithoutKeysChecksNothing() throws IOException {
        Files.createDirectories(folder.resolve("users"));
        assertThat(KafkaSettings.of(settings(Map.of()), H1).authenticator()).isEqualTo(RecordAuthenticator.NONE);
    }

    @Test
    void keysOfAnotherPrincipalAreRefused() throws IOException {
        String file = files().file(GATEWAY.user()).toString();
        assertThatThrownBy(() -> KafkaSettings.of(settings(Map.of("record-keys.file", file)), H1))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("a service of the control plane, not of hatchery-runner-h1");
        assertThatThrownBy(() -> KafkaSettings.of(settings(Map.of("record-keys.file", folder + "/none")), H1))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("does not exist");
    }
}
