package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.spec.HostName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens with which machines join, and the files that they receive. */
class JoinSecretTest {
    private static final HostName H2 = new HostName("h2");
    private static final byte[] TEXT = "text".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    @Test
    void holderOfTheTokenDecryptsTheFiles() {
        JoinSecret secret = JoinSecret.random(H2, "ab");
        JoinSecret read = JoinSecret.parse(secret.token());
        assertThat(read).isEqualTo(secret);
        assertThat(read.proof()).isEqualTo(secret.proof());
        assertThat(read.open(secret.seal(TEXT))).isEqualTo(TEXT);
        assertThat(secret.toString()).doesNotContain(secret.secret());
    }

    @Test
    void proofDoesNotDecryptTheFiles() {
        JoinSecret secret = JoinSecret.random(H2, null);
        var guessed = new JoinSecret(H2, secret.proof(), null);
        assertThatThrownBy(() -> guessed.open(secret.seal(TEXT)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("was not encrypted with this join token");
    }

    @Test
    void filesOfAnotherHostOrChangedFilesAreRefused() {
        JoinSecret secret = JoinSecret.random(H2, null);
        var other = new JoinSecret(new HostName("h3"), secret.secret(), null);
        assertThatThrownBy(() -> other.open(secret.seal(TEXT))).isInstanceOf(UserError.class);
        byte[] sealed = Base64.getDecoder().decode(secret.seal(TEXT));
        sealed[sealed.length - 1]++;
        assertThatThrownBy(() -> secret.open(Base64.getEncoder().encodeToString(sealed)))
                .isInstanceOf(UserError.class);
        assertThatThrownBy(() -> secret.open("AAAA")).isInstanceOf(UserError.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hatchery-join-1.",
                "hatchery-join-1.!",
                "hatchery-join-1.e30",
                "token",
                "hatchery-join-1.bnVsbA"
            })
    void damagedTokenIsExplained(String token) {
        assertThatThrownBy(() -> JoinSecret.parse(token))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("this is not a join token")
                .hasMessageContaining("hatchery host add");
    }

    @Test
    void filesAreWrittenForTheirOwnerOnlyAndOtherSettingsStay() throws IOException {
        Files.writeString(folder.resolve("runner.properties"), """
                # a comment
                host = old
                host.labels=zone=north
                #credentials.file=/etc/hatchery/client.properties
                credentials.file: elsewhere
                """);
        var files = new HostFiles(
                new TreeMap<>(Map.of(
                        "client.properties", "a=b\n", "record-keys.properties", "c=d\n", "nix-cache.token", "t")),
                new TreeMap<>(Map.of("runner.nix-caches", "https://g:8470/nix-cache")));
        HostFiles.of(files.bytes()).write(folder, H2);
        assertThat(folder.resolve("runner.properties")).content().isEqualTo("""
                # a comment
                host.labels=zone=north
                #credentials.file=/etc/hatchery/client.properties
                credentials.file=%1$s/client.properties
                host=h2
                runner.nix-caches=https://g:8470/nix-cache
                runner.nix-token.file=%1$s/nix-cache.token
                """.formatted(folder));
        for (String name :
                new String[] {"client.properties", "record-keys.properties", "nix-cache.token", "runner.properties"}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
                    .as(name)
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void filesThatNoHostNeedsAreRefused() {
        var files = new HostFiles(new TreeMap<>(Map.of("../passwd", "x")), new TreeMap<>());
        assertThatThrownBy(() -> HostFiles.of(files.bytes()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("../passwd");
    }
}
