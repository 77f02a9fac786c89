package io.hatchery.runner.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.runner.direct.BuiltSupervisor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code hatchery-supervisor unit} in namespaces of its own, with the steps that a runner writes for it. */
final class UnitActsTest {
    @TempDir
    private Path folder;

    private record Exited(int status, String output) {}

    /** Runs a shell, in which {@code $1} is the program and {@code $2} the unit's folder. */
    private Exited shell(List<String> namespaces, String script) throws Exception {
        var command = new ArrayList<>(List.of("/usr/bin/unshare", "--map-root-user"));
        command.addAll(namespaces);
        command.addAll(List.of("/bin/sh", "-c", script, "sh"));
        command.addAll(List.of(BuiltSupervisor.PROGRAM.toString(), folder.toString()));
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("INVOCATION_ID", "0123");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).as(output).isTrue();
        return new Exited(process.exitValue(), output);
    }

    private Exited prepare(String before, String step, String afterwards) throws Exception {
        Files.writeString(folder.resolve("before"), step + "\n");
        return shell(
                List.of("--net"), before + "; \"$1\" unit prepare \"$2\"; status=$?; " + afterwards + "; exit $status");
    }

    @Test
    void noShellReadsTheNameOfAnInterface() throws Exception {
        Exited exited = prepare(":", "removeInterface\ta;id>pwned\thatchery:web", ":");
        assertThat(folder.resolve("pwned")).doesNotExist();
        assertThat(exited.status()).isNotZero();
        assertThat(folder.resolve("0123/failure")).content().contains("an interface cannot be called 'a;id>pwned'");
    }

    @Test
    void controlCharactersOfAFailureAreEscaped() throws Exception {
        Exited exited = prepare(":", "removeInterface\ta\u001b[2J\u0085\u007fé\thatchery:web", ":");
        assertThat(exited.output()).contains("'a\\x1b[2J\\x85\\x7fé'").doesNotContain("\u001b");
        assertThat(folder.resolve("0123/failure")).content().contains("'a\\x1b[2J\\x85\\x7fé'");
    }

    @Test
    void interfaceWithTheContainersAliasIsRemoved() throws Exception {
        Exited exited = prepare(
                "ip link add back type veth peer name other; ip link set dev back alias hatchery:web",
                "removeInterface\tback\thatchery:web",
                "ip -br link");
        assertThat(exited.status()).as(exited.output()).isZero();
        assertThat(exited.output()).contains("lo").doesNotContain("back");
    }

    @Test
    void interfaceOfAnotherOwnerStaysAndFailsTheStart() throws Exception {
        for (String owner : List.of("alias hatchery:web2", "mtu 1400")) {
            Exited exited = prepare(
                    "ip link add back type veth peer name other; ip link set dev back " + owner,
                    "removeInterface\tback\thatchery:web",
                    "ip -br link");
            assertThat(exited.status()).as(owner).isNotZero();
            assertThat(exited.output()).contains("back@other", "rename it, or remove it with");
            Files.delete(folder.resolve("0123/failure"));
            Files.delete(folder.resolve("0123"));
        }
    }

    @Test
    void bridgeWithTheContainersAliasStays() throws Exception {
        Exited exited = prepare(
                "ip link add back type bridge; ip link set dev back alias hatchery:web",
                "removeInterface\tback\thatchery:web",
                "ip -br link");
        assertThat(exited.status()).isNotZero();
        assertThat(exited.output()).contains("back ");
    }

    /** unshare(1) stands in for nspawn: its child is the first process of a namespace, and that one's child the second. */
    @Test
    void stopSignalsTheProgramBehindTheStubInitAlone() throws Exception {
        String init = "sh -c \"trap 'echo program; exit' USR1; echo >ready; while :; do sleep 0.01; done\" & "
                + "trap 'echo init' USR1; wait; wait";
        Files.writeString(folder.resolve("init"), init);
        Exited exited = shell(
                List.of("--pid", "--fork", "--mount-proc"),
                "unshare --pid --fork /bin/sh init & main=$!; "
                        + "until [ -e ready ]; do sleep 0.01; done; "
                        + "MAINPID=$main \"$1\" unit stop \"$2\" 10; echo status $?; wait");
        assertThat(exited.output()).contains("status 0", "program").doesNotContain("init");
    }
}
