package io.hatchery.acceptance.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.acceptance.fixture.HostState;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.Service;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions in real containers of the direct driver, through the command line and as a client of Kubernetes. */
class SessionTest {
    private static final List<String> CONFINEMENT =
            List.of("CapBnd", "CapInh", "CapAmb", "NoNewPrivs", "Seccomp", "Seccomp_filters");
    private static final String WEB = "t-session";

    private static SessionHost host;
    private static Installation installation;

    @BeforeAll
    static void start() throws IOException {
        installation = Installation.running();
        host = new SessionHost(installation);
        host.idle(WEB, "");
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    private static ProcessResult sh(String script) {
        return host.exec(WEB, "--", "/bin/sh", "-c", script);
    }

    /** Whether that sleep runs, which no other test begins. */
    private static boolean sleeps(String seconds) {
        return ProcessHandle.allProcesses()
                .anyMatch(process -> HostState.arguments(process.pid()).equals(List.of("sleep", seconds)));
    }

    private static void awaitSleep(String seconds) {
        await().atMost(Duration.ofSeconds(20)).until(() -> sleeps(seconds));
    }

    private static void awaitGone(String seconds) {
        await().atMost(Duration.ofSeconds(20)).until(() -> !sleeps(seconds));
    }

    @Test
    void execHasTheExitStatusAndTheStreamsOfTheCommand() {
        ProcessResult ran = sh("echo out; echo err >&2; exit 3");
        assertThat(ran.code()).isEqualTo(3);
        assertThat(ran.out()).isEqualTo("out\n");
        assertThat(ran.err()).isEqualTo("err\n");
        assertThat(host.exec(WEB, "--", "true").code()).isZero();
        assertThat(sh("kill -TERM $$").code()).isEqualTo(128 + 15);
        ProcessResult missing = host.exec(WEB, "--", "nosuch");
        assertThat(missing.code()).isEqualTo(127);
        assertThat(missing.err()).contains("cannot run nosuch");
        assertThat(host.exec(WEB, "--", "/etc/passwd").code()).isEqualTo(126);
    }

    @Test
    void execTakesUserFolderAndVariables() {
        ProcessResult ran = host.exec(
                "--user",
                "ann",
                "--cwd",
                "/tmp",
                "--env",
                "A=b ü=c",
                WEB,
                "--",
                "/bin/sh",
                "-c",
                "id; pwd; echo \"$A $HOME $USER\"");
        assertThat(ran.out()).isEqualTo("uid=1000(ann) gid=1001(ann) groups=50(staff)\n/tmp\nb ü=c /home/ann ann\n");
        assertThat(host.exec("-u", "1000", WEB, "--", "/bin/sh", "-c", "pwd").out())
                .isEqualTo("/home/ann\n");
        ProcessResult unknown = host.exec("-u", "eve", WEB, "--", "id");
        assertThat(unknown.code()).isEqualTo(125);
        assertThat(unknown.err()).contains("has no user 'eve'");
        assertThat(host.exec("-w", "/nowhere", WEB, "--", "id").err()).contains("/nowhere");
    }

    @Test
    void binaryInputOfTenMegabytesComesBackThroughCat() throws Exception {
        byte[] input = new byte[10 << 20];
        new Random(7).nextBytes(input);
        Process cat = host.begin("exec", WEB, "--", "cat");
        Thread writer = Thread.ofPlatform().start(() -> write(cat, input));
        byte[] output = cat.getInputStream().readAllBytes();
        writer.join();
        assertThat(cat.waitFor()).isZero();
        assertThat(Arrays.equals(output, input)).isTrue();
    }

    private static void write(Process process, byte[] input) {
        try (OutputStream out = process.getOutputStream()) {
            out.write(input);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The command stops to write while its client does not read: neither gateway nor runner keeps what it writes. */
    @Test
    void slowClientStopsTheCommand() throws Exception {
        String script = "i=0; while :; do i=$((i+1)); printf '%065536d' $i; echo $i >/tmp/count; done";
        Process yes = host.begin("exec", WEB, "--", "sh", "-c", script);
        assertThat(yes.getInputStream().read()).isEqualTo('0');
        String[] last = {""};
        await().pollInterval(Duration.ofSeconds(1))
                .atMost(Duration.ofSeconds(60))
                .until(() -> {
                    String before = last[0];
                    last[0] = sh("cat /tmp/count").out().strip();
                    return !before.isEmpty() && before.equals(last[0]);
                });
        assertThat(Integer.parseInt(last[0])).as("blocks of 64 KiB on the way").isLessThan(400);
        yes.destroyForcibly();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> ProcessHandle.allProcesses()
                        .noneMatch(each -> HostState.arguments(each.pid()).equals(List.of("sh", "-c", script))));
    }

    private static SortedMap<String, String> confinement(List<String> status) {
        var fields = new TreeMap<String, String>();
        for (String line : status) {
            String[] field = line.split(":", 2);
            if (CONFINEMENT.contains(field[0])) {
                fields.put(field[0], field[1].strip());
            }
        }
        return fields;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\"privateUsers\": 131072",
                "\"privateUsers\": \"identity\"",
                "\"privateNetwork\": true",
                "\"additionalCapabilities\": [\"CAP_SYS_TIME\"]",
                "\"extraFlags\": [\"--no-new-privileges=yes\"]"
            })
    void sessionIsConfinedAsThePayload(String options) throws Exception {
        String name = "t-confined";
        Path root = host.idle(name, options);
        long leader = installation.api().container(name).at("/status/leader").asLong();
        SortedMap<String, String> expected = confinement(Files.readAllLines(Path.of("/proc/" + leader + "/status")));
        assertThat(expected).hasSize(CONFINEMENT.size());
        for (String user : List.of("root", "ann")) {
            ProcessResult ran = host.exec("-u", user, name, "--", "cat", "/proc/self/status")
                    .orFail();
            SortedMap<String, String> inside = confinement(ran.out().lines().toList());
            var wanted = new TreeMap<>(expected);
            if (user.equals("ann")) {
                wanted.put("CapInh", "0".repeat(16));
                assertThat(ran.out()).containsPattern("CapEff:\\s+0{16}").containsPattern("CapPrm:\\s+0{16}");
            }
            assertThat(inside).as(user).isEqualTo(wanted);
        }
        Process sleep = host.begin("exec", "-u", "ann", name, "--", "sleep", "4711");
        long pid = await().until(
                        () -> ProcessHandle.allProcesses()
                                .map(ProcessHandle::pid)
                                .filter(each -> HostState.arguments(each).equals(List.of("sleep", "4711")))
                                .findAny()
                                .orElse(0L),
                        found -> found > 0);
        try (Stream<Path> all = Files.list(Path.of("/proc/" + leader + "/ns"))) {
            for (Path one : all.toList()) {
                Path other = Path.of("/proc/" + pid + "/ns/" + one.getFileName());
                assertThat(Files.readSymbolicLink(other)).isEqualTo(Files.readSymbolicLink(one));
            }
        }
        List<String> groups = Files.readAllLines(Path.of("/proc/" + pid + "/cgroup"));
        for (String group : Files.readAllLines(Path.of("/proc/" + leader + "/cgroup"))) {
            assertThat(groups).anyMatch(each -> each.equals(group) || each.startsWith(group + "/hatchery/"));
        }
        host.command("stop", name);
        assertThat(sleep.waitFor()).isEqualTo(125);
        assertThat(new String(sleep.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("t-confined is being stopped");
        HostState.assertGone(name, root);
    }

    @Test
    void valuesAndBytesOfASessionAreNotOnTheBus() {
        ProcessResult ran = ProcessResult.toEnd(
                installation.launcher("exec", "-e", "PASSWORD=hunter2-env", WEB, "--", "cat"),
                "hunter2-input".getBytes(StandardCharsets.UTF_8));
        assertThat(ran.out()).isEqualTo("hunter2-input");
        for (String topic :
                List.of("hatchery.host." + Installation.HOST + ".commands", "hatchery.events", "hatchery.audit")) {
            String records = installation
                    .kcat(new byte[0], "-C", "-t", topic, "-e", "-f", "%h %k %s\\n")
                    .orFail()
                    .out();
            assertThat(records).contains(WEB).doesNotContain("hunter2");
        }
    }

    @Test
    void auditTrailHasTheBeginAndTheEnd() {
        assertThat(sh("exit 42").code()).isEqualTo(42);
        await().untilAsserted(() -> assertThat(installation
                        .kcat(new byte[0], "-C", "-t", "hatchery.audit", "-e")
                        .orFail()
                        .out())
                .contains("exit 42", "exit status 42"));
    }

    @Test
    void viewerMayNotOpenSessions() throws Exception {
        String secret = new com.fasterxml.jackson.databind.ObjectMapper()
                .readTree(installation
                        .hatchery("token", "create", "t-viewer", "--role", "viewer", "-o", "json")
                        .orFail()
                        .out())
                .path("secret")
                .asText();
        ProcessBuilder exec = installation.launcher("exec", WEB, "--", "true");
        exec.environment().put("HATCHERY_TOKEN", secret);
        ProcessResult refused = ProcessResult.toEnd(exec);
        assertThat(refused.code()).isEqualTo(125);
        assertThat(refused.err()).contains("execContainer is not allowed", "operator");
    }

    @Test
    void containerThatDoesNotRunIsNamed() throws Exception {
        host.idle("t-stopped", "");
        host.command("stop", "t-stopped");
        ProcessResult refused = host.exec("t-stopped", "--", "true");
        assertThat(refused.code()).isEqualTo(125);
        assertThat(refused.err()).contains("t-stopped is stopped", "hatchery start t-stopped");
        assertThat(host.exec("t-none", "--", "true").err()).contains("there is no container t-none");
    }

    @Test
    void whatASessionLeavesBehindEndsWithIt() {
        assertThat(sh("sleep 4722 & echo begun").out()).isEqualTo("begun\n");
        awaitGone("4722");
    }

    @Test
    void processEndsWithItsClient() throws Exception {
        Process client = host.begin("exec", WEB, "--", "sleep", "4713");
        awaitSleep("4713");
        client.destroyForcibly();
        awaitGone("4713");
    }

    @ParameterizedTest
    @ValueSource(strings = {"v5.channel.k8s.io", "v4.channel.k8s.io"})
    void clientOfKubernetesRunsACommand(String protocol) throws Exception {
        String script = "read line; echo \"got $line\"; echo err >&2; exit 9";
        var client = new KubernetesClient(
                installation,
                "/v1/containers/" + WEB + "/exec?command=sh&command=-c&command="
                        + java.net.URLEncoder.encode(script, StandardCharsets.UTF_8)
                        + "&stdin=true&stdout=true&stderr=true",
                protocol);
        assertThat(client.protocol()).isEqualTo(protocol);
        client.send(0, "a line\n");
        assertThat(client.awaitClose()).isEqualTo(1000);
        assertThat(client.received(1)).isEqualTo("got a line\n");
        assertThat(client.received(2)).isEqualTo("err\n");
        assertThat(client.status()).contains("NonZeroExitCode", "{\"reason\":\"ExitCode\",\"message\":\"9\"}");
    }

    @Test
    void clientOfKubernetesEndsTheInput() throws Exception {
        var client = new KubernetesClient(
                installation, "/v1/containers/" + WEB + "/exec?command=cat&stdin=true", "v5.channel.k8s.io");
        client.send(0, "all of it");
        client.close(0);
        assertThat(client.awaitClose()).isEqualTo(1000);
        assertThat(client.received(1)).isEqualTo("all of it");
        assertThat(client.status()).contains("Success");
    }

    @Test
    void clientOfKubernetesHasATerminalThatChangesItsSize() throws Exception {
        var client = new KubernetesClient(
                installation,
                "/v1/containers/" + WEB + "/exec?command=/bin/sh&stdin=true&tty=true",
                "v5.channel.k8s.io");
        client.send(4, "{\"Width\":111,\"Height\":44}");
        client.send(0, "busybox stty size; busybox tty\n");
        await().until(() -> client.received(1).contains("44 111"));
        client.send(4, "{\"width\":99,\"height\":33}");
        client.send(0, "busybox stty size\n");
        await().until(() -> client.received(1).contains("33 99"));
        assertThat(client.received(1)).contains("/dev/pts/");
        // Job control: the terminal interrupts what runs in front, and the shell goes on.
        client.send(0, "sleep 4714\n");
        awaitSleep("4714");
        client.send(0, "\u0003");
        awaitGone("4714");
        client.send(0, "sleep 4715\n");
        awaitSleep("4715");
        client.send(0, "\u001a");
        await().until(() -> client.received(1).contains("Stopped"));
        client.send(0, "kill -9 %1\n");
        awaitGone("4715");
        client.send(0, "exit 5\nexit 5\n"); // the shell warns once of a stopped job that it has not seen end
        assertThat(client.awaitClose()).isEqualTo(1000);
        assertThat(client.status()).contains("\"5\"");
    }

    @Test
    void shellIsTheLoginShellOfTheUser() {
        ProcessBuilder shell = installation.launcher("shell", "-u", "ann", WEB);
        var script = new ProcessBuilder("script", "-qec", String.join(" ", shell.command()), "/dev/null")
                .directory(shell.directory());
        script.environment().putAll(shell.environment());
        script.environment().put("TERM", "vt220");
        ProcessResult ran = ProcessResult.toEnd(
                script, "echo $0 $TERM; id; busybox tty; exit 6\n".getBytes(StandardCharsets.UTF_8));
        assertThat(ran.code()).isEqualTo(6);
        assertThat(ran.out()).contains("-sh vt220", "uid=1000(ann)", "/dev/pts/");
    }

    @Test
    void rootWithoutShellHasNoShell() throws Exception {
        Path root = host.idle("t-noshell", "");
        Files.delete(root.resolve("bin/sh"));
        ProcessResult refused = installation.hatchery("shell", "t-noshell");
        assertThat(refused.code()).isEqualTo(127);
        assertThat(refused.err()).contains("has no shell");
        assertThat(host.exec("t-noshell", "--", "id").code()).isZero();
        host.command("kill", "t-noshell");
    }

    @Test
    void runHasTheEnvironmentOfALoginShell() throws IOException {
        Files.writeString(installation.roots().resolve(WEB).resolve("etc/profile"), "export GREETING='hello world'\n");
        ProcessResult ran = installation.hatchery("run", WEB, "--", "sh", "-c", "echo \"$GREETING\"; exit 4");
        assertThat(ran.code()).isEqualTo(4);
        assertThat(ran.out()).isEqualTo("hello world\n");
    }

    @Test
    void runnerThatIsKilledEndsItsSessions() throws Exception {
        Process client = host.begin("exec", WEB, "--", "sleep", "4716");
        awaitSleep("4716");
        installation.killHard(Service.RUNNER);
        try {
            assertThat(client.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(client.exitValue()).isEqualTo(125);
            assertThat(new String(client.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("connection to the runner was lost");
            awaitGone("4716");
        } finally {
            installation.start(Service.RUNNER);
        }
        assertThat(sh("echo again").out()).isEqualTo("again\n");
    }

    @Test
    void gatewayThatEndsTellsWhy() throws Exception {
        Process client = host.begin("exec", WEB, "--", "sleep", "4717");
        awaitSleep("4717");
        installation.end(Service.GATEWAY);
        try {
            assertThat(client.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(client.exitValue()).isEqualTo(125);
            assertThat(new String(client.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("the gateway is ending");
            awaitGone("4717");
        } finally {
            installation.start(Service.GATEWAY);
        }
    }
}
