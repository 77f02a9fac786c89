package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mistakes on the command line, each answered by one line and the exit code 1. */
class CommandErrorsTest {
    @TempDir
    Path folder;

    private Path token;

    @BeforeEach
    void token() throws IOException {
        token = Files.writeString(folder.resolve("token"), "secret\n");
    }

    @Test
    void invalidUrlNamesAValidOne() {
        refused(list("127.0.0.1:8470"), "--url is '127.0.0.1:8470'", "give http://127.0.0.1:8470");
        refused(list("ftp://host"), "give the gateway's URL");
        refused(list("http://a b"), "which is not a URL");
    }

    @Test
    void unresolvableHostNameIsNamed() {
        refused(list("http://nothing.invalid:8470"), "cannot be resolved");
    }

    @Test
    void gatewayThatDoesNotAnswerIsNamed() throws IOException {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        refused(list("http://127.0.0.1:" + port), "no gateway answers at http://127.0.0.1:" + port, "is it running?");
        refused(
                CommandRun.of("watch", "--url", "http://127.0.0.1:" + port, "--token-file", token.toString()),
                "no gateway answers");
    }

    @Test
    void missingOrInvalidTokenFileIsNamed() throws IOException {
        refused(
                CommandRun.of("list", "--url", "http://127.0.0.1:1", "--token-file", folder + "/none"),
                "the gateway's token cannot be read");
        Files.writeString(token, "two words\n");
        refused(list("http://127.0.0.1:1"), "characters that a token cannot have");
    }

    @Test
    void takenGatewayPortIsNamed() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            refused(
                    CommandRun.of(
                            "gateway",
                            "--set",
                            "data=" + folder,
                            "--set",
                            "kafka.bootstrap.servers=127.0.0.1:1",
                            "--set",
                            "gateway.port=" + taken.getLocalPort()),
                    "port " + taken.getLocalPort() + " of 127.0.0.1 is taken",
                    "gateway.port");
        }
    }

    @Test
    void tabInYamlNamesItsLine() throws IOException {
        Path file = Files.writeString(folder.resolve("web.yaml"), "labels:\n\ttier: web\n");
        refused(
                CommandRun.of("apply", "-f", file.toString(), "--token-file", token.toString()),
                "web.yaml cannot be read",
                "TAB",
                "line 2");
    }

    @Test
    void missingFileIsNamed() {
        refused(CommandRun.of("apply", "-f", folder + "/none.yaml"), "there is no " + folder + "/none.yaml");
    }

    @Test
    void invalidValueNamesKeyAndRemedy() {
        refused(CommandRun.of("settings", "--set", "runner.heartbeat=abc"), "runner.heartbeat is 'abc'");
        refused(
                CommandRun.of("settings", "--set", "gateway.port=70000"),
                "gateway.port is '70000': write a number from 1 to 65535");
        refused(CommandRun.of("settings", "--set", "runner.driver=docker"), "runner.driver is 'docker'");
        refused(CommandRun.of("settings", "--set", "config.build.timeout=soon"), "config.build.timeout is 'soon'");
        refused(
                CommandRun.of("settings", "--set", "gateway.nix-cache.public=perhaps"),
                "gateway.nix-cache.public is 'perhaps'");
        assertThat(CommandRun.of("settings").code()).isZero();
    }

    @Test
    void namesAllAndSelectorExcludeEachOther() {
        assertThat(CommandRun.of("start").code()).isEqualTo(2);
        assertThat(CommandRun.of("start", "web", "--all").code()).isEqualTo(2);
        assertThat(CommandRun.of("stop", "--all", "--selector", "a=b").err()).contains("give only one of");
    }

    private CommandRun list(String url) {
        return CommandRun.of("list", "--url", url, "--token-file", token.toString());
    }

    private static void refused(CommandRun run, String... parts) {
        assertThat(run.code()).as(run.err()).isEqualTo(1);
        assertThat(run.err()).startsWith("hatchery: ").contains(parts);
        assertThat(run.err().strip().lines()).as("one line").hasSize(1);
    }
}
