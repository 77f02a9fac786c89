package io.hatchery.runner.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code unit.pl before} in a network namespace of its own, with the steps that a runner writes for it. */
final class UnitScriptTest {
    @TempDir
    private Path folder;

    private Path script;

    private record Ended(int status, String output) {}

    @BeforeEach
    void install() throws IOException {
        script = folder.resolve("unit.pl");
        try (InputStream in = UnitScriptTest.class.getResourceAsStream("unit.pl")) {
            Files.copy(in, script);
        }
    }

    private Ended before(String prepare, String step, String afterwards) throws Exception {
        Files.writeString(folder.resolve("before"), step + "\n");
        String act = prepare + "; /usr/bin/perl \"$1\" before \"$2\"; status=$?; " + afterwards + "; exit $status";
        var command = new ArrayList<>(List.of("/usr/bin/unshare", "--map-root-user", "--net", "/bin/sh", "-c", act));
        command.addAll(List.of("sh", script.toString(), folder.toString()));
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("INVOCATION_ID", "0123");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).as(output).isTrue();
        return new Ended(process.exitValue(), output);
    }

    @Test
    void noShellReadsTheNameOfAnInterface() throws Exception {
        Ended ended = before(":", "removeInterface\ta;id>pwned\thatchery:web", ":");
        assertThat(folder.resolve("pwned")).doesNotExist();
        assertThat(ended.status()).isNotZero();
        assertThat(folder.resolve("0123/failure")).content().contains("an interface cannot be called 'a;id>pwned'");
    }

    @Test
    void controlCharactersOfAFailureAreEscaped() throws Exception {
        Ended ended = before(":", "removeInterface\ta\u001b[2J\u0085\u007fé\thatchery:web", ":");
        assertThat(ended.output()).contains("'a\\x1b[2J\\x85\\x7fé'").doesNotContain("\u001b");
        assertThat(folder.resolve("0123/failure")).content().contains("'a\\x1b[2J\\x85\\x7fé'");
    }

    @Test
    void anInterfaceWithTheContainersAliasIsRemoved() throws Exception {
        Ended ended = before(
                "ip link add back type veth peer name other; ip link set dev back alias hatchery:web",
                "removeInterface\tback\thatchery:web",
                "ip -br link");
        assertThat(ended.status()).as(ended.output()).isZero();
        assertThat(ended.output()).contains("lo").doesNotContain("back");
    }

    @Test
    void anInterfaceOfAnotherStaysAndFailsTheStart() throws Exception {
        for (String owner : List.of("alias hatchery:web2", "mtu 1400")) {
            Ended ended = before(
                    "ip link add back type veth peer name other; ip link set dev back " + owner,
                    "removeInterface\tback\thatchery:web",
                    "ip -br link");
            assertThat(ended.status()).as(owner).isNotZero();
            assertThat(ended.output()).contains("back@other", "rename it, or remove it with");
            Files.delete(folder.resolve("0123/failure"));
            Files.delete(folder.resolve("0123"));
        }
    }

    @Test
    void aBridgeThatClaimsToBeTheContainersStays() throws Exception {
        Ended ended = before(
                "ip link add back type bridge; ip link set dev back alias hatchery:web",
                "removeInterface\tback\thatchery:web",
                "ip -br link");
        assertThat(ended.status()).isNotZero();
        assertThat(ended.output()).contains("back ");
    }
}
