package io.hatchery.acceptance.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hatchery.acceptance.fixture.HostState;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.Roots;
import io.hatchery.acceptance.fixture.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Logs of real containers, from their consoles over the bus to the command line. */
class LogsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofSeconds(20);

    private static Installation installation;

    @BeforeAll
    static void start() {
        installation = Installation.create();
        installation.environment().put("HATCHERY_RUNNER_LOGS_JOURNALS", "true");
        installation = Installation.running(installation);
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    /** A container with a shell script as its program. */
    private static Path run(String name, String labels, String script) {
        Path root = Roots.busybox(installation.roots().resolve(name));
        try {
            installation
                    .api()
                    .define(
                            name,
                            JSON.writeValueAsString(JSON.createObjectNode()
                                    .put("root", root.toString())
                                    .put("readiness", "started")
                                    .<com.fasterxml.jackson.databind.node.ObjectNode>set(
                                            "labels", JSON.readTree(labels))
                                    .set(
                                            "command",
                                            JSON.createArrayNode()
                                                    .add("/bin/sh")
                                                    .add("-c")
                                                    .add(script))));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertThat(installation.api().command("start", name).path("outcome").asText())
                .isEqualTo("completed");
        return root;
    }

    private static void end(String name, Path root) {
        installation.api().command("kill", name);
        HostState.assertGone(name, root);
    }

    private static List<String> logs(String... arguments) {
        var all = new ArrayList<>(List.of("logs"));
        all.addAll(List.of(arguments));
        return installation
                .hatchery(all.toArray(String[]::new))
                .orFail()
                .out()
                .lines()
                .toList();
    }

    private static List<String> awaitLogs(Predicate<List<String>> condition, String... arguments) {
        return await().atMost(SOON).until(() -> logs(arguments), condition);
    }

    @Test
    void linesComeInOrderAndOnceAcrossRestartsOfContainerRunnerAndGateway() throws Exception {
        Path root = run(
                "t-counted",
                "{}",
                "n=$(cat /n 2>/dev/null || echo 0); while :; do echo line $n; n=$((n+1)); echo $n >/m; /bin/busybox mv /m /n; sleep 0.05; done");
        Process follower = installation
                .launcher("logs", "t-counted", "--follow", "--tail", "all")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(installation.data().resolve("followed").toFile())
                .start();
        try {
            awaitLogs(lines -> lines.stream().anyMatch(line -> line.equals("line 20")), "t-counted");
            assertThat(installation
                            .api()
                            .command("restart", "t-counted")
                            .path("outcome")
                            .asText())
                    .isEqualTo("completed");
            installation.killHard(Service.RUNNER);
            installation.start(Service.RUNNER);
            installation.killHard(Service.GATEWAY);
            installation.start(Service.GATEWAY);
            int reached = Integer.parseInt(Files.readString(root.resolve("n")).strip());
            String last = "line " + (reached + 20);
            awaitLogs(lines -> lines.contains(last), "t-counted");
            installation.api().command("kill", "t-counted");
            List<String> all =
                    awaitLogs(lines -> lines.contains(last), "t-counted", "--tail", "all", "--grep", "^line ");
            assertEachOnce(all);
            await().atMost(SOON).until(() -> followed().contains(last));
            assertThat(followed().stream()
                            .filter(line -> line.startsWith("line "))
                            .toList())
                    .isEqualTo(all.subList(0, (int) followed().stream()
                            .filter(line -> line.startsWith("line "))
                            .count()));
        } finally {
            follower.destroy();
        }
        end("t-counted", root);
    }

    private static List<String> followed() throws IOException {
        return Files.readAllLines(installation.data().resolve("followed"));
    }

    /** Numbers grow by one; the restart of the container may repeat one or lose one of its own. */
    private static void assertEachOnce(List<String> lines) {
        int repeated = 0;
        for (int i = 1; i < lines.size(); i++) {
            int step = number(lines.get(i)) - number(lines.get(i - 1));
            assertThat(step).as(lines.get(i)).isBetween(0, 1);
            repeated += step == 1 ? 0 : 1;
        }
        assertThat(repeated).isLessThanOrEqualTo(1);
    }

    private static int number(String line) {
        return Integer.parseInt(line.substring("line ".length()));
    }

    @Test
    void floodIsBoundedAndCountedAndDelaysNoOther() throws Exception {
        Path quiet = run(
                "t-quiet", "{\"kind\":\"test\"}", "while :; do [ -e /go ] && echo here and rm /go; sleep 0.1; done");
        Path flood = run(
                "t-flood", "{\"kind\":\"flood\"}", "exec /bin/busybox yes 0123456789012345678901234567890123456789");
        await().atMost(SOON).until(() -> dropped("t-flood") > 100_000);
        Files.createFile(quiet.resolve("go"));
        long begun = System.nanoTime();
        awaitLogs(lines -> lines.stream().anyMatch(line -> line.contains("here")), "t-quiet");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
        // Outcomes have a producer of their own.
        begun = System.nanoTime();
        assertThat(installation
                        .api()
                        .command("restart", "t-quiet")
                        .path("outcome")
                        .asText())
                .isEqualTo("completed");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
        try (Stream<Path> consoles = Files.list(installation.data().resolve("runner/console"))) {
            long bytes = consoles.filter(file -> file.getFileName().toString().startsWith("t-flood"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
            assertThat(bytes).isLessThanOrEqualTo((64 << 10) + 100);
        }
        end("t-flood", flood);
        end("t-quiet", quiet);
    }

    private static long dropped(String container) throws IOException {
        long dropped = 0;
        for (String line : logs(container, "--tail", "all", "--output", "json", "--grep", "^never$")) {
            dropped += JSON.readTree(line).path("dropped").asLong();
        }
        return dropped;
    }

    @Test
    void logsAreReadWhileTheHostIsAwayAndByKcat() throws Exception {
        Path root = run("t-away", "{\"tier\":\"away\"}", "echo first; echo second; while :; do sleep 1000; done");
        awaitLogs(lines -> lines.contains("second"), "t-away");
        installation.killHard(Service.RUNNER);
        try {
            assertThat(logs("t-away")).contains("first", "second");
            assertThat(logs("t-away", "--tail", "1", "--grep", "first|second")).containsExactly("second");
            assertThat(logs("--selector", "tier=away", "--grep", "first")).containsExactly("[t-away] first");
            assertThat(logs("t-away", "--since", "1h", "--grep", "first")).containsExactly("first");
            assertThat(logs("t-away", "--until", "1h")).isEmpty();
            JsonNode line = JSON.readTree(
                    logs("t-away", "--output", "json", "--grep", "first").getFirst());
            assertThat(line.path("host").asText()).isEqualTo(Installation.HOST);
            assertThat(line.path("source").asText()).isEqualTo("console");
            String records = installation
                    .kcat(
                            new byte[0],
                            "-C",
                            "-e",
                            "-t",
                            "hatchery.host." + Installation.HOST + ".logs",
                            "-f",
                            "%k %s\n")
                    .orFail()
                    .out();
            assertThat(records)
                    .contains("t-away {\"container\":\"t-away\",\"host\":\"testhost\",\"source\":\"console\"")
                    .contains("\"text\":\"second\"");
        } finally {
            installation.start(Service.RUNNER);
        }
        end("t-away", root);
    }

    @Test
    void journalInsideIsShippedWithUnitsAndPriorities() {
        Path root = Roots.debian();
        installation.api().define("t-journal", "{\"root\": \"" + root + "\", \"boot\": true, \"ephemeral\": true}");
        assertThat(installation
                        .api()
                        .command("start", "t-journal")
                        .path("outcome")
                        .asText())
                .isEqualTo("completed");
        awaitLogs(
                lines -> lines.stream().anyMatch(line -> line.startsWith("systemd[1]: Reached target")),
                "t-journal",
                "--unit",
                "multi-user.target");
        inside("t-journal", "systemd-run", "--unit=greeter", "--wait", "sh", "-c", "echo '<3>broken'; echo fine");
        awaitLogs(lines -> lines.stream().anyMatch(line -> line.endsWith(": fine")), "t-journal", "--unit", "greeter");
        assertThat(logs("t-journal", "--unit", "greeter", "--priority", "err"))
                .singleElement()
                .asString()
                .endsWith(": broken");
        // Nothing is lost or repeated when the runner is killed.
        installation.killHard(Service.RUNNER);
        inside("t-journal", "systemd-run", "--unit=later", "--wait", "echo", "meanwhile");
        installation.start(Service.RUNNER);
        awaitLogs(
                lines -> lines.stream().anyMatch(line -> line.endsWith(": meanwhile")), "t-journal", "--unit", "later");
        assertThat(logs("t-journal", "--tail", "all", "--grep", "^(broken|fine|meanwhile)$"))
                .hasSize(3);
        assertThat(installation
                        .api()
                        .command("stop", "t-journal")
                        .path("stoppedBy")
                        .asText())
                .isEqualTo("halted");
        HostState.assertGone("t-journal", root);
    }

    private static void inside(String container, String... command) {
        long leader =
                installation.api().container(container).at("/status/leader").asLong();
        var all = new ArrayList<>(List.of("nsenter", "-t", Long.toString(leader), "-a"));
        all.addAll(List.of(command));
        ProcessResult.toEnd(new ProcessBuilder(all)).orFail();
    }

    @Test
    void wrongRequestsAreExplained() {
        ProcessResult unknown = installation.hatchery("logs", "t-nobody");
        assertThat(unknown.code()).isEqualTo(1);
        assertThat(unknown.err()).contains("there is no container t-nobody");
        assertThat(installation
                        .hatchery("logs", "t-nobody", "--priority", "loud")
                        .err())
                .contains("--priority: no such priority 'loud'");
        assertThat(installation.hatchery("logs", "t-nobody", "--grep", "(").err())
                .contains("--grep: give a regular expression");
        assertThat(installation.hatchery("logs", "t-nobody", "--tail", "20000").err())
                .contains("--tail: give a number from 0 to 10000");
        assertThat(installation
                        .hatchery("logs", "t-nobody", "-f", "--until", "1h")
                        .err())
                .contains("exclude each other");
        assertThat(installation
                        .hatchery("logs", "t-nobody", "--since", "yesterday")
                        .err())
                .contains("--since yesterday is not a time");
    }
}
