package io.hatchery.acceptance.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.HostState;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.RecordedMessages;
import io.hatchery.acceptance.fixture.Roots;
import io.hatchery.acceptance.fixture.Samples;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Time-outs, escalation and restarts of payloads that misbehave. */
class StopAndRestartTest {
    private static final String IDLE = "while :; do sleep 1000 & wait $!; done";

    private static Installation installation;
    private static Api api;

    @BeforeAll
    static void up() {
        installation = Installation.running();
        api = installation.api();
    }

    @AfterAll
    static void down() {
        RecordedMessages.assertValid(installation);
        installation.close();
    }

    private static Path define(String name, String init, String more) {
        Path root = Roots.busybox(installation.roots().resolve(name), init);
        api.define(name, "{\"root\": \"" + root + "\", \"boot\": true, " + more + "}");
        return root;
    }

    private static List<String> steps(JsonNode operation) {
        var steps = new ArrayList<String>();
        operation.path("steps").forEach(step -> steps.add(step.path("step").asText()));
        return steps;
    }

    /** The client's time-out is far below the requested wait, so a response shows that the gateway did not wait. */
    @Test
    void stopAndKillOfAContainerThatNeverRanCompleteAtOnce() {
        for (String verb : List.of("stop", "kill")) {
            String name = "t-idle-" + verb;
            define(name, IDLE, "\"autoStart\": false");

            var request = api.request("/v1/containers/" + name + "/" + verb + "?wait=120s")
                    .timeout(Duration.ofSeconds(60))
                    .POST(HttpRequest.BodyPublishers.noBody());

            assertThat(api.send(request).at("/outcome").asText()).as(verb).isEqualTo("completed");
        }
    }

    @Test
    void stopEscalatesToKillAfterStopTimeout() {
        Path root = define("t-deaf", "trap '' 37 TERM; " + IDLE, "\"readiness\": \"started\", \"stopTimeout\": \"2s\"");
        api.command("start", "t-deaf");
        Instant begun = Instant.now();

        JsonNode stopped = api.command("stop", "t-deaf");

        assertThat(stopped.path("outcome").asText()).isEqualTo("completed");
        assertThat(stopped.path("stoppedBy").asText()).isEqualTo("killed");
        assertThat(steps(stopped))
                .containsSubsequence(
                        "sent SIGRTMIN+3", "stopTimeout passed, supervisor sent SIGTERM", "killed", "completed");
        assertThat(Duration.between(begun, Instant.now())).isGreaterThan(Duration.ofSeconds(2));
        HostState.assertGone("t-deaf", root);
    }

    @Test
    void stopEscalatesToTerminate() throws Exception {
        Path root = define(
                "t-hard",
                "n=0; trap 'n=$((n+1)); [ $n -ge 2 ] && exit 0' 37; " + IDLE,
                "\"readiness\": \"started\", \"stopTimeout\": \"1s\"");
        api.command("start", "t-hard");
        await().atMost(Duration.ofSeconds(5)).until(() -> Samples.signalCaught(api.container("t-hard"), 37));

        JsonNode stopped = api.command("stop", "t-hard");

        assertThat(stopped.path("stoppedBy").asText()).isEqualTo("terminated");
        HostState.assertGone("t-hard", root);
    }

    @Test
    void startThatIsNeverReadyFailsAndIsCleanedUp() {
        Path root = define("t-never", IDLE, "\"startTimeout\": \"1s\", \"restart\": \"no\"");

        JsonNode started = api.command("start", "t-never");

        assertThat(started.path("outcome").asText()).isEqualTo("failed");
        assertThat(started.path("reason").asText()).contains("startTimeout");
        assertThat(api.container("t-never").at("/status/phase").asText()).isEqualTo("failed");
        HostState.assertGone("t-never", root);
    }

    @Test
    void startOfAMissingProgramFailsWithItsLastOutput() {
        Path root = Roots.busybox(installation.roots().resolve("t-nothere"));
        api.define("t-nothere", "{\"root\": \"" + root + "\", \"command\": [\"/bin/nothere\"], \"restart\": \"no\"}");

        JsonNode started = api.command("start", "t-nothere");

        assertThat(started.path("outcome").asText()).isEqualTo("failed");
        assertThat(started.path("reason").asText()).contains("before it was ready", "/bin/nothere", "No such file");
        JsonNode status = api.container("t-nothere").path("status");
        assertThat(status.path("phase").asText()).isEqualTo("failed");
        assertThat(status.path("reason").asText())
                .isEqualTo(started.path("reason").asText());
        HostState.assertGone("t-nothere", root);
    }

    @Test
    void lastOutputIsShownEscaped() {
        Path root = define(
                "t-words",
                "sleep 1; echo one; printf 'three\\033[2J\\n'; exit 7",
                "\"readiness\": \"started\", \"restart\": \"no\"");
        assertThat(api.command("start", "t-words").path("outcome").asText()).isEqualTo("completed");

        api.await("t-words", c -> c.at("/status/phase").asText().equals("failed"));

        assertThat(api.container("t-words").at("/status/reason").asText())
                .isEqualTo("it exited with status 7: three\\x1b[2J");
        HostState.assertGone("t-words", root);
    }

    @Test
    void rebootFromInsideStartsTheContainerAgain() {
        Path root = Roots.debian();
        api.define("t-reboot", "{\"root\": \"" + root + "\", \"boot\": true, \"ephemeral\": true}");
        api.command("start", "t-reboot");
        long leader = api.container("t-reboot").at("/status/leader").asLong();

        ProcessResult.toEnd(new ProcessBuilder(
                        "nsenter", "-t", String.valueOf(leader), "-a", "systemctl", "--no-block", "reboot"))
                .orFail();

        api.await(
                "t-reboot",
                c -> c.at("/status/phase").asText().equals("running")
                        && c.at("/status/leader").asLong() != leader);
        assertThat(api.command("stop", "t-reboot").path("stoppedBy").asText()).isEqualTo("halted");
        HostState.assertGone("t-reboot", root);
    }

    @Test
    void killedEphemeralContainerLeavesNoCopy() throws Exception {
        Path root = Roots.busybox(installation.roots().resolve("copied"));
        String definition = Samples.sleeper(root).replace("{\"root\"", "{\"ephemeral\": true, \"root\"");
        api.define("t-copy-one", definition);
        api.define("t-copy-two", definition);
        api.command("start", "t-copy-one");
        api.command("start", "t-copy-two");
        await().atMost(Duration.ofSeconds(10)).until(() -> copies(root) == 2);
        api.command("kill", "t-copy-one");
        assertThat(copies(root)).isEqualTo(1);
        HostState.assertGone("t-copy-one", root);
        long leader = api.await("t-copy-two", "running").at("/status/leader").asLong();
        assertThat(Path.of("/proc/" + leader + "/root/bin/busybox")).exists();
        api.command("kill", "t-copy-two");
        assertThat(copies(root)).isZero();
        try (var beside = Files.list(root.getParent())) {
            assertThat(beside.map(Path::toString)).noneMatch(path -> path.contains(".#machine.copied"));
        }
    }

    private static long copies(Path root) throws java.io.IOException {
        try (var beside = Files.list(root.getParent())) {
            return beside.filter(Files::isDirectory)
                    .filter(path -> path.getFileName().toString().startsWith(".#machine.copied"))
                    .count();
        }
    }

    @Test
    void crashLoopBacksOff() {
        Path root = Roots.busybox(installation.roots().resolve("crash"));
        api.define("t-crash", "{\"root\": \"" + root + "\", \"command\": [\"/bin/sh\", \"-c\", \"sleep 1; exit 3\"]}");
        api.command("start", "t-crash");

        JsonNode container = api.await("t-crash", c -> c.at("/status/restarts").asInt() >= 4);

        assertThat(container.at("/status/exit/status").asInt()).isEqualTo(3);
        List<Instant> backoffs = new ArrayList<>();
        List<Instant> starts = new ArrayList<>();
        for (JsonNode item :
                api.get("/v1/events?container=t-crash&limit=1000").body().path("items")) {
            JsonNode event = item.path("event");
            if (event.path("to").asText().equals("backoff")) {
                backoffs.add(Instant.parse(event.path("at").asText()));
            } else if (event.path("to").asText().equals("preparing") && !backoffs.isEmpty()) {
                starts.add(Instant.parse(event.path("at").asText()));
            }
        }
        assertThat(Duration.between(backoffs.get(2), starts.get(2)))
                .as("the third wait against the first")
                .isGreaterThan(Duration.between(backoffs.get(0), starts.get(0)));
        assertThat(api.command("stop", "t-crash").path("outcome").asText()).isEqualTo("completed");
        HostState.assertGone("t-crash", root);
    }

    @Test
    void stopDuringStartWaitsForReadiness() {
        Path root = Roots.debian();
        api.define("t-early", "{\"root\": \"" + root + "\", \"boot\": true, \"ephemeral\": true}");
        Api.Answer start = api.post("/v1/containers/t-early/start");
        api.await("t-early", "starting");
        JsonNode stopped = api.command("stop", "t-early");
        assertThat(stopped.path("outcome").asText()).isEqualTo("completed");
        assertThat(stopped.path("stoppedBy").asText()).isEqualTo("halted");
        assertThat(api.outcome(start.at("/id").asText()).path("outcome").asText())
                .isIn("completed", "superseded");
        HostState.assertGone("t-early", root);
    }

    @Test
    void fiftyContainersStartAtOnce() {
        Path root = Roots.busybox(installation.roots().resolve("many"));
        var names = new ArrayList<String>();
        for (int i = 0; i < 50; i++) {
            names.add("t-many-" + i);
        }
        names.forEach(name -> api.define(
                name, Samples.sleeper(Roots.busybox(installation.roots().resolve(name)))));
        var operations = names.stream()
                .map(name ->
                        api.post("/v1/containers/" + name + "/start").at("/id").asText())
                .toList();
        operations.forEach(this::assertCompleted);
        names.forEach(name -> assertThat(HostState.supervisors(name)).as(name).hasSize(1));
        names.stream()
                .map(name ->
                        api.post("/v1/containers/" + name + "/stop").at("/id").asText())
                .toList()
                .forEach(this::assertCompleted);
        names.forEach(name -> HostState.assertGone(name, root));
    }

    private void assertCompleted(String operation) {
        JsonNode outcome = api.outcome(operation);
        assertThat(outcome.path("outcome").asText()).as(outcome.toString()).isEqualTo("completed");
    }

    @Test
    void consoleFileIsBounded() throws Exception {
        Path root = Roots.busybox(installation.roots().resolve("loud"));
        api.define(
                "t-loud",
                "{\"root\": \"" + root
                        + "\", \"command\": [\"/bin/sh\", \"-c\", \"i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; trap 'exit 0' TERM; sleep 1000 & wait\"]}");
        api.command("start", "t-loud");
        Path console = installation.data().resolve("runner/console/t-loud.log");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> java.nio.file.Files.readString(console).contains("line 19999"));
        assertThat(console.toFile().length()).isLessThanOrEqualTo(65_536);
        api.command("stop", "t-loud");
    }

    @Test
    void systemIsSwitchedInsteadOfRestarted() throws IOException {
        Path root = Roots.busybox(installation.roots().resolve("t-switched"));
        Path systems = Roots.systems(
                installation.roots().resolve("systems"), "echo switched >>/switched", "echo no such unit; exit 4");
        String[] definitions = new String[3];
        for (int i = 0; i < definitions.length; i++) {
            definitions[i] = "{\"root\": \"" + root + "\", \"path\": \"" + systems + "/" + i
                    + "\", \"readiness\": \"started\", \"reloadIfChanged\": true, \"bindMounts\": {\"" + systems
                    + "\": {}}}";
        }
        api.define("t-switched", definitions[0]);
        api.command("start", "t-switched");
        String leader = api.await("t-switched", c -> c.at("/status/leader").asInt() > 0)
                .at("/status/leader")
                .asText();

        api.define("t-switched", definitions[1]);
        api.await("t-switched", c -> c.at("/status/generation").asInt() == 2);
        assertThat(root.resolve("switched")).hasContent("switched");

        api.define("t-switched", definitions[2]);
        JsonNode failed = api.await("t-switched", c -> c.at("/status/reason").isTextual());
        assertThat(failed.at("/status/reason").asText())
                .isEqualTo(
                        "it is not switched to generation 3: switch-to-configuration ended with status 4: no such unit");
        assertThat(failed.at("/status/leader").asText()).isEqualTo(leader);
        api.command("kill", "t-switched");
        HostState.assertGone("t-switched", root);
    }
}
