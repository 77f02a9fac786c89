package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyCommandTest {
    @TempDir
    Path folder;

    private String definition;
    private String policy;

    @BeforeEach
    void write() throws IOException {
        definition = write("web.yaml", "command: [/bin/true]\nlabels: {tier: web}\ninterfaces: [eth1]\n");
        policy = write("policy.yaml", "level: baseline\n");
    }

    private String write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    @Test
    void refusedDefinitionIsNamedWithItsRule() {
        CommandRun run = CommandRun.of("policy", "check", "-f", definition, "--policy", policy);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).startsWith("web.interfaces: 'eth1' is refused").contains("rule baseline/interfaces");
        assertThat(CommandRun.of("policy", "check", "-f", definition, "--policy", policy, "-o", "json")
                        .out())
                .contains("\"rule\" : \"baseline/interfaces\"", "\"container\" : \"web\"");
    }

    @Test
    void allowedDefinitionPasses() throws IOException {
        write("policy.yaml", "exceptions: [{selector: tier=web, allow: {interfaces: [eth1]}}]\n");
        CommandRun run = CommandRun.of("policy", "check", "-f", definition, "--policy", policy);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("web is allowed at level baseline");
    }

    @Test
    void wrongPolicyAndDefinitionAreErrors() throws IOException {
        write("policy.yaml", "level: low\n");
        assertThat(CommandRun.of("policy", "check", "-f", definition, "--policy", policy)
                        .err())
                .contains(policy, "level");
        String wrong = write("bad.yaml", "interfces: [eth1]\n");
        write("policy.yaml", "{}\n");
        assertThat(CommandRun.of("policy", "check", "-f", wrong, "--policy", policy)
                        .err())
                .contains("interfces");
        assertThat(CommandRun.of("policy", "check", "-f", definition).err()).contains("--host", "--policy");
    }

    @Test
    void policyOfAHostIsReadFromItsRecord() throws IOException {
        HttpServer gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] host = "{\"host\": \"h1\", \"policy\": {\"level\": \"restricted\"}}".getBytes(StandardCharsets.UTF_8);
        gateway.createContext("/v1/hosts/h1", exchange -> {
            exchange.sendResponseHeaders(200, host.length);
            exchange.getResponseBody().write(host);
            exchange.close();
        });
        gateway.start();
        try {
            CommandRun run = CommandRun.of(
                    "policy",
                    "check",
                    "-f",
                    definition,
                    "--host",
                    "h1",
                    "--url",
                    "http://127.0.0.1:" + gateway.getAddress().getPort(),
                    "--token-file",
                    write("token", "secret\n"));
            assertThat(run.out()).as(run.err()).contains("rule restricted/interfaces", "rule restricted/limits");
        } finally {
            gateway.stop(0);
        }
    }
}
