package io.hatchery.nix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NixCommandTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private static NixCommand shell(String script, Duration limit, List<NixLine> lines) {
        return new NixCommand(List.of("/bin/sh", "-c", script, "nix-of-tests"), limit, lines::add);
    }

    @Test
    void outputIsReturnedAndLinesAreReported() throws IOException {
        var lines = new ArrayList<NixLine>();
        assertThat(shell("echo out; echo err >&2", LONG, lines).run()).isEqualTo("out\n");
        assertThat(lines).containsExactly(new NixLine.Note("err"));
    }

    @Test
    void failureHasWarningsAndErrors() {
        String failure =
                "echo '@nix {\"action\":\"msg\",\"level\":0,\"raw_msg\":\"no\",\"file\":\"/x\",\"line\":1,\"column\":2}' >&2";
        assertThatThrownBy(() -> shell("echo 'warning: unsigned' >&2; " + failure + "; exit 1", LONG, new ArrayList<>())
                        .run())
                .isInstanceOfSatisfying(NixFailure.class, e -> {
                    assertThat(e).hasMessage("unsigned; no");
                    assertThat(e.failures())
                            .containsExactly(
                                    new NixLine.NixError("no", new NixLine.SourceLocation("/x", 1, 2), List.of()));
                });
    }

    @Test
    void timedOutCommandIsEndedWithItsChildren() {
        assertThatThrownBy(() -> shell("sleep 4711 & wait", Duration.ofMillis(300), new ArrayList<>())
                        .run())
                .isInstanceOf(NixFailure.class)
                .hasMessageContaining("did not end within");
        assertThat(isRunning("sleep 4711")).isFalse();
    }

    private static boolean isRunning(String words) {
        return ProcessHandle.allProcesses()
                .filter(ProcessHandle::isAlive)
                .anyMatch(process -> process.info().commandLine().orElse("").contains(words));
    }

    @Test
    void interruptionEndsTheCommand() throws InterruptedException {
        var thrown = new ArrayList<Exception>();
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                String _ = shell("sleep 4712", LONG, new ArrayList<>()).run();
            } catch (IOException e) {
                thrown.add(e);
            }
        });
        thread.interrupt();
        thread.join();
        assertThat(thrown).singleElement().isInstanceOf(InterruptedIOException.class);
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (isRunning("sleep 4712") && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        assertThat(isRunning("sleep 4712")).isFalse();
    }

    @Test
    void commandOverTheMemoryLimitFailsWithTheLimit() {
        assertThatThrownBy(() -> shell("kill -SEGV $$", LONG, new ArrayList<>()).run())
                .isInstanceOf(NixFailure.class)
                .hasMessageContaining("signal 11", "more memory than it is allowed");
    }

    private static final String USER_AND_INTERFACES = "id -u; tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '";

    @Test
    void isolatedCommandHasNoNetwork() throws IOException {
        NetworkIsolation isolation = NetworkIsolation.probe();
        assertThat(isolation.reason()).isNull();
        assertOnlyLoopback(isolation);
    }

    @Test
    void unprivilegedUserHasNoNetworkEither() throws IOException {
        assertOnlyLoopback(
                new NetworkIsolation(List.of("unshare", "--user", "--map-current-user", "--net", "--"), null));
    }

    private static void assertOnlyLoopback(NetworkIsolation isolation) throws IOException {
        String uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid").toString();
        assertThat(shell(USER_AND_INTERFACES, LONG, new ArrayList<>())
                        .within(isolation)
                        .run()
                        .lines())
                .containsExactly(uid, "lo");
    }
}
