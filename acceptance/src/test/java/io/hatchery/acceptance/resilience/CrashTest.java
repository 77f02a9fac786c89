package io.hatchery.acceptance.resilience;

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
import io.hatchery.acceptance.fixture.Service;
import io.hatchery.acceptance.fixture.StreamClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Services are killed with SIGKILL: containers keep running, and every command has exactly one outcome. */
class CrashTest {
    private static final String IDLE = "while :; do sleep 1000 & wait $!; done";

    private Installation installation;
    private Api api;

    @BeforeEach
    void up() {
        installation = Installation.running();
        api = installation.api();
    }

    @AfterEach
    void down() {
        installation.close();
    }

    private Path define(String name, String init, String more) {
        Path root = Roots.busybox(installation.roots().resolve(name), init);
        api.define(name, "{\"root\": \"" + root + "\", \"boot\": true, " + more + "}");
        return root;
    }

    private List<JsonNode> outcomes(String container) {
        return StreamSupport.stream(
                        api.get("/v1/events?limit=1000&container=" + container)
                                .body()
                                .path("items")
                                .spliterator(),
                        false)
                .map(item -> item.path("event"))
                .filter(event -> event.path("type").asText().equals("outcome"))
                .toList();
    }

    @Test
    void restartedRunnerAdoptsItsContainers() throws Exception {
        Path root = Roots.busybox(installation.roots().resolve("runs"));
        api.define("t-runs", Samples.sleeper(root));
        api.command("start", "t-runs");
        long leader = api.container("t-runs").at("/status/leader").asLong();
        long supervisor = HostState.supervisors("t-runs").getFirst();

        Path seven = Roots.busybox(installation.roots().resolve("seven"));
        api.define(
                "t-seven",
                "{\"root\": \"" + seven
                        + "\", \"restart\": \"no\", \"command\": [\"/bin/sh\", \"-c\", \"sleep 4; exit 7\"]}");
        Path stopping = define(
                "t-stopping", "trap 'touch /signalled; sleep 4; exit 0' 37; " + IDLE, "\"readiness\": \"started\"");
        api.command("start", "t-stopping");
        await().atMost(Duration.ofSeconds(5)).until(() -> Samples.signalCaught(api.container("t-stopping"), 37));
        define("t-starting", IDLE, "\"startTimeout\": \"6s\", \"restart\": \"no\"");
        api.command("start", "t-seven");

        String start = api.post("/v1/containers/t-starting/start").at("/id").asText();
        String stop = api.post("/v1/containers/t-stopping/stop").at("/id").asText();
        api.await("t-starting", "starting");
        api.await("t-stopping", "stopping");
        // A signal is written down before it is sent and never sent twice: one that a crash falls just before is not
        // sent, and
        // the stop goes on at its time-out. This one is to have arrived.
        await().atMost(Duration.ofSeconds(5)).until(() -> Files.exists(stopping.resolve("signalled")));
        long startingSupervisor = HostState.supervisors("t-starting").getFirst();

        installation.killHard(Service.RUNNER);
        assertThat(HostState.supervisors("t-runs")).containsExactly(supervisor);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> HostState.supervisors("t-seven").isEmpty());
        installation.start(Service.RUNNER);

        JsonNode runs = api.await("t-runs", "running");
        assertThat(runs.at("/status/leader").asLong()).isEqualTo(leader);
        assertThat(runs.at("/status/generation").asInt()).isEqualTo(1);
        assertThat(HostState.supervisors("t-runs")).containsExactly(supervisor);

        JsonNode ended = api.await("t-seven", "failed");
        assertThat(ended.at("/status/exit/status").asInt()).isEqualTo(7);

        JsonNode stopped = api.outcome(stop);
        assertThat(stopped.path("outcome").asText()).isEqualTo("completed");
        assertThat(stopped.path("stoppedBy").asText()).isEqualTo("halted");

        JsonNode failed = api.outcome(start);
        assertThat(failed.path("outcome").asText()).isEqualTo("failed");
        assertThat(ProcessHandle.of(startingSupervisor)).isEmpty();
        for (String name : List.of("t-runs", "t-seven", "t-stopping", "t-starting")) {
            List<String> commands = outcomes(name).stream()
                    .map(event -> event.path("id").asText())
                    .toList();
            assertThat(commands).as("outcomes of " + name).doesNotHaveDuplicates();
        }
        assertThat(outcomes("t-stopping")).hasSize(2);
        assertThat(outcomes("t-starting")).hasSize(1);
        api.command("stop", "t-runs");
        HostState.assertGone("t-runs", root);
        RecordedMessages.assertValid(installation);
    }

    @Test
    void commandsWaitForAnAbsentRunner() {
        Path root = Roots.busybox(installation.roots().resolve("later"));
        api.define("t-later", Samples.sleeper(root));
        installation.killHard(Service.RUNNER);
        String id = api.post("/v1/containers/t-later/start").at("/id").asText();
        assertThat(api.get("/v1/operations/" + id).at("/outcome").asText()).isEqualTo("pending");
        api.await("t-later", c -> c.at("/status/phase").asText().equals("unknown"));
        installation.start(Service.RUNNER);
        assertThat(api.outcome(id).path("outcome").asText()).isEqualTo("completed");
        api.command("stop", "t-later");
    }

    @Test
    void supersededDeletionEndsAfterTheRunnerReturns() {
        Path root = Roots.busybox(installation.roots().resolve("overtaken"));
        api.define("t-overtaken", Samples.sleeper(root));
        api.command("start", "t-overtaken");
        long supervisor = HostState.supervisors("t-overtaken").getFirst();
        installation.killHard(Service.RUNNER);
        String deletion = api.delete("/v1/containers/t-overtaken").at("/id").asText();
        api.define("t-overtaken", Samples.sleeper(root));
        installation.start(Service.RUNNER);
        assertThat(api.outcome(deletion).path("outcome").asText()).isEqualTo("superseded");
        api.await("t-overtaken", "running");
        assertThat(HostState.supervisors("t-overtaken")).containsExactly(supervisor);
        assertThat(api.command("stop", "t-overtaken").path("stoppedBy").asText())
                .isEqualTo("halted");
    }

    @Test
    void brokerCrashStopsNoContainerAndStreamsResume() {
        Path root = Roots.busybox(installation.roots().resolve("calm"));
        api.define("t-calm", Samples.sleeper(root));
        Path crash = Roots.busybox(installation.roots().resolve("falls"));
        api.define("t-falls", "{\"root\": \"" + crash + "\", \"command\": [\"/bin/sh\", \"-c\", \"sleep 3; exit 5\"]}");
        api.command("start", "t-calm");
        long supervisor = HostState.supervisors("t-calm").getFirst();
        try (var stream = StreamClient.open(api, "?container=t-falls")) {
            stream.first(message -> message.path("type").asText().equals("synced"));
            api.command("start", "t-falls");
            long first = HostState.supervisors("t-falls").getFirst();

            installation.killHard(Service.BROKER);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> HostState.supervisors("t-falls").stream().anyMatch(pid -> pid != first));
            assertThat(HostState.supervisors("t-calm")).containsExactly(supervisor);
            installation.start(Service.BROKER);

            stream.first(message -> message.at("/event/to").asText().equals("backoff"));
            JsonNode again =
                    stream.first(message -> message.path("type").asText().equals("status")
                            && message.at("/status/restarts").asInt() >= 1
                            && message.at("/status/phase").asText().equals("running"));
            assertThat(again.at("/status/exit/status").asInt()).isEqualTo(5);
        }
        assertThat(HostState.supervisors("t-calm")).containsExactly(supervisor);
        assertThat(api.command("stop", "t-falls").path("outcome").asText()).isEqualTo("completed");
        assertThat(api.command("stop", "t-calm").path("outcome").asText()).isEqualTo("completed");
        HostState.assertGone("t-calm", root);
    }

    @Test
    void restartedGatewayAndConfigServiceShowTheSameFleet() {
        Path root = Roots.busybox(installation.roots().resolve("truth"));
        api.define("t-truth", Samples.sleeper(root));
        api.command("start", "t-truth");
        JsonNode before = api.container("t-truth");

        installation.killHard(Service.GATEWAY);
        installation.killHard(Service.CONFIG);
        installation.start(Service.GATEWAY);
        Api.Answer put = api.put(
                "/v1/containers/t-truth?wait=200ms",
                Samples.sleeper(root).replace("{\"root\"", "{\"description\": \"changed\", \"root\""));
        assertThat(put.status()).as("accepted, not evaluated yet").isEqualTo(202);
        assertThat(api.container("t-truth").path("status")).isEqualTo(before.path("status"));
        installation.start(Service.CONFIG);

        api.await("t-truth", c -> c.path("generation").asInt() == 2);
        api.command("stop", "t-truth");
    }

    @Test
    void secondRunnerOfAHostRefusesToStart() {
        ProcessResult second = installation.hatchery("runner");
        assertThat(second.code()).isEqualTo(1);
        assertThat(second.err())
                .contains(Installation.HOST)
                .contains(String.valueOf(installation.process(Service.RUNNER).pid()));
        ProcessResult elsewhere = installation.hatchery(
                "runner",
                "--set",
                "runtime=" + installation.runtime() + "b",
                "--set",
                "data=" + installation.data() + "2");
        assertThat(elsewhere.code()).isEqualTo(1);
    }
}
