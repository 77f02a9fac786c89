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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** From a definition to a running container, and commands to it. */
class ContainerLifecycleTest {
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

    @Test
    void debianBootsToItsDefaultTargetAndHalts() {
        Path root = Roots.debian();
        JsonNode defined = api.define("t-debian", "{\"root\": \"" + root + "\", \"boot\": true}")
                .body();
        assertThat(defined.path("generation").asInt()).isEqualTo(1);
        assertThat(defined.at("/evaluation/state").asText()).isEqualTo("evaluated");

        Api.Answer started = api.post("/v1/containers/t-debian/start?wait=60s");
        assertThat(started.status()).isEqualTo(200);
        assertThat(started.at("/outcome").asText()).isEqualTo("completed");

        JsonNode container = api.container("t-debian");
        assertThat(container.at("/status/phase").asText()).isEqualTo("running");
        long leader = container.at("/status/leader").asLong();
        assertThat(HostState.members("t-debian")).contains(leader);
        assertThat(HostState.commandName(leader)).isEqualTo("systemd");
        String target = inside(leader, "systemctl", "get-default").strip();
        assertThat(inside(leader, "systemctl", "is-active", target).strip()).isEqualTo("active");

        JsonNode stopped = api.command("stop", "t-debian");
        assertThat(stopped.path("outcome").asText()).isEqualTo("completed");
        assertThat(stopped.path("stoppedBy").asText()).isEqualTo("halted");
        assertThat(api.container("t-debian").at("/status/exit/status").asInt()).isZero();
        HostState.assertGone("t-debian", root);
    }

    private static String inside(long leader, String... command) {
        var all = new java.util.ArrayList<>(java.util.List.of("nsenter", "-t", String.valueOf(leader), "-a"));
        all.addAll(Arrays.asList(command));
        return ProcessResult.toEnd(new ProcessBuilder(all)).orFail().out();
    }

    @Test
    void commandFromKcatRunsOnceAndUnreadableRecordsAreDeadLettered() {
        Path root = Roots.busybox(installation.roots().resolve("kcat"));
        api.define("t-kcat", Samples.sleeper(root));
        String commands = "hatchery.host." + Installation.HOST + ".commands";

        produce(commands, "{\"command\":\"start\",\"container\":\"t-kcat\"}");
        long leader = api.await("t-kcat", "running").at("/status/leader").asLong();

        produce(
                commands,
                "{\"command\":\"restart\",\"container\":\"t-kcat\"}",
                "-k",
                "t-kcat",
                "-H",
                "ce_id=restart-1");
        assertThat(api.outcome("restart-1").path("outcome").asText()).isEqualTo("completed");
        long second = api.await("t-kcat", "running").at("/status/leader").asLong();
        assertThat(second).isNotEqualTo(leader);

        produce(
                commands,
                "{\"command\":\"restart\",\"container\":\"t-kcat\"}",
                "-k",
                "t-kcat",
                "-H",
                "ce_id=restart-1");
        byte[] rubbish = {0, (byte) 0xff, 'r', 'u', 'b', 'b', 'i', 's', 'h'};
        installation.kcat(rubbish, "-P", "-t", commands, "-k", "t-kcat").orFail();
        produce(commands, "{\"command\":\"stop\",\"container\":\"t-kcat\"}", "-H", "ce_id=stop-1");
        assertThat(api.outcome("stop-1").path("stoppedBy").asText()).isEqualTo("halted");

        JsonNode events =
                api.get("/v1/events?container=t-kcat&limit=1000").body().path("items");
        long starts = Samples.count(events, "to", "running");
        assertThat(starts).as("one start, one restart, and no third").isEqualTo(2);

        ProcessResult dead = installation
                .kcat(new byte[0], "-C", "-e", "-t", "hatchery.deadletter", "-f", "%S|%h\n")
                .orFail();
        assertThat(dead.out()).contains("9|").contains("hatchery_reason=not UTF-8 text");
        HostState.assertGone("t-kcat", root);
    }

    @Test
    void dataFolderAndConsoleLogsAreClosedToOtherUsers() throws Exception {
        Path root = Roots.busybox(installation.roots().resolve("modes"));
        api.define("t-modes", Samples.sleeper(root));
        api.command("start", "t-modes");
        Path runner = installation.data().resolve("runner");
        assertThat(mode(installation.data())).isEqualTo("rwx------");
        assertThat(mode(runner)).isEqualTo("rwx------");
        assertThat(mode(runner.resolve("console/t-modes.log"))).isEqualTo("rw-r-----");
        api.command("stop", "t-modes");
        HostState.assertGone("t-modes", root);
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void unreadableSpecIsDeadLetteredAndLastSpecStaysInForce() {
        Path root = Roots.busybox(installation.roots().resolve("unread"));
        api.define("t-unread", Samples.sleeper(root));
        api.command("start", "t-unread");
        produce("hatchery.host." + Installation.HOST + ".specs", "a spec of tomorrow", "-k", "t-unread");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> installation
                        .kcat(new byte[0], "-C", "-e", "-t", "hatchery.deadletter", "-f", "%s|%h\n")
                        .orFail()
                        .out()
                        .contains(
                                "a spec of tomorrow|hatchery_origin=hatchery.host." + Installation.HOST + ".specs/0/"));
        assertThat(api.command("restart", "t-unread").path("outcome").asText()).isEqualTo("completed");
        assertThat(api.command("stop", "t-unread").path("outcome").asText()).isEqualTo("completed");
    }

    private static void produce(String topic, String json, String... more) {
        var arguments = new java.util.ArrayList<>(java.util.List.of("-P", "-t", topic));
        arguments.addAll(Arrays.asList(more));
        installation
                .kcat(json.getBytes(StandardCharsets.UTF_8), arguments.toArray(String[]::new))
                .orFail();
    }

    @Test
    void deletionStopsContainerAndKeepsRootUnlessPurged() {
        Path root = Roots.busybox(installation.roots().resolve("deleted"));
        api.define("t-deleted", Samples.sleeper(root));
        api.command("start", "t-deleted");

        Api.Answer deleted = api.delete("/v1/containers/t-deleted?wait=30s");

        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.at("/outcome").asText()).isEqualTo("completed");
        assertThat(api.get("/v1/containers/t-deleted").status()).isEqualTo(404);
        HostState.assertGone("t-deleted", root);
        assertThat(root).isDirectory();

        api.define("t-deleted", Samples.sleeper(root));
        assertThat(api.container("t-deleted").path("generation").asInt())
                .as("generations go on after a deletion")
                .isEqualTo(2);
        api.delete("/v1/containers/t-deleted?wait=30s&purge=true");
        assertThat(root).doesNotExist();
    }

    @Test
    void autoStartStartsAtOnceAndChangedSpecRestarts() {
        Path root = Roots.busybox(installation.roots().resolve("changed"));
        String first = Samples.sleeper(root).replace("{\"root\"", "{\"autoStart\": true, \"root\"");
        api.define("t-changed", first);
        long leader = api.await("t-changed", "running").at("/status/leader").asLong();

        api.define("t-changed", first.replace("{\"auto", "{\"labels\": {\"tier\": \"web\"}, \"auto"));
        await().atMost(Duration.ofSeconds(10))
                .until(() -> api.container("t-changed").at("/status/generation").asInt() == 2);
        assertThat(api.container("t-changed").at("/status/leader").asLong())
                .as("labels are applied live")
                .isEqualTo(leader);

        api.define("t-changed", first.replace("{\"auto", "{\"environment\": {\"A\": \"b\"}, \"auto"));
        api.await(
                "t-changed",
                c -> c.at("/status/phase").asText().equals("running")
                        && c.at("/status/leader").asLong() != leader
                        && c.at("/status/generation").asInt() == 3);

        JsonNode changed = api.define("t-changed", first.replace("{\"auto", "{\"restartIfChanged\": false, \"auto"))
                .body();
        assertThat(changed.at("/evaluation/change/restart/0").asText()).isEqualTo("environment");
        assertThat(changed.at("/evaluation/change/live/0").asText()).isEqualTo("restartIfChanged");
        JsonNode outdated = api.await("t-changed", c -> c.at("/status/outdated").asBoolean());
        assertThat(outdated.at("/status/restartFor/0").asText()).isEqualTo("environment");
        api.command("stop", "t-changed");
    }

    @Test
    void manyDefinitionsAreTakenWithOneRequest() throws Exception {
        String good = "{\"root\": \"/nowhere\", \"command\": [\"/bin/true\"], \"autoStart\": false}";
        var answer = api.put(
                "/v1/containers",
                "{\"definitions\": {\"t-many-a\": " + good + ", \"t-many-b\": {\"command\": 7}, \"t-many-c\": " + good
                        + "}}");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().path("items"))
                .extracting(item -> item.path("status").asInt())
                .containsExactly(201, 422, 201);
        assertThat(answer.body().at("/items/0/container/evaluation/state").asText())
                .isEqualTo("evaluated");
    }

    @Test
    void listsAreFilteredAndPaged() {
        for (String name : new String[] {"t-page-a", "t-page-b", "t-page-c"}) {
            api.define(name, "{\"root\": \"/nowhere\", \"command\": [\"/bin/true\"], \"labels\": {\"page\": \"yes\"}}");
        }
        JsonNode first = api.get("/v1/containers?selector=page%3Dyes&limit=2").body();
        assertThat(first.path("items").findValuesAsText("name")).contains("t-page-a", "t-page-b");
        assertThat(first.path("items")).hasSize(2);
        JsonNode rest = api.get("/v1/containers?selector=page%3Dyes&limit=2&cursor="
                        + first.path("next").asText())
                .body();
        assertThat(rest.path("items")).hasSize(1);
        assertThat(rest.path("next").isNull()).isTrue();
        assertThat(api.get("/v1/containers?selector=page%3Dno").body().path("items"))
                .isEmpty();
        assertThat(api.get("/v1/containers?host=elsewhere").body().path("items"))
                .isEmpty();
        assertThat(api.get("/v1/containers?phase=sideways").status()).isEqualTo(400);
    }

    @Test
    void failedStartNamesItsCause() {
        Path root = installation.roots().resolve("not-there");
        api.define("t-nowhere", "{\"root\": \"" + root + "\", \"command\": [\"/bin/true\"]}");
        JsonNode started = api.command("start", "t-nowhere");
        assertThat(started.path("outcome").asText()).isEqualTo("failed");
        assertThat(started.path("reason").asText()).contains(root.toString());
        assertThat(api.container("t-nowhere").at("/status/phase").asText()).isEqualTo("failed");
    }

    @Test
    void idempotencyKeyIsTheCommandId() {
        Path root = Roots.busybox(installation.roots().resolve("idempotent"));
        api.define("t-idem", Samples.sleeper(root));
        Api.Answer first = api.post("/v1/containers/t-idem/start", "Idempotency-Key", "key-1");
        assertThat(first.status()).isEqualTo(202);
        assertThat(first.header("location")).isEqualTo("/v1/operations/key-1");
        assertThat(api.outcome("key-1").path("outcome").asText()).isEqualTo("completed");
        Api.Answer again = api.post("/v1/containers/t-idem/start?wait=10s", "Idempotency-Key", "key-1");
        assertThat(again.at("/id").asText()).isEqualTo("key-1");
        assertThat(Samples.count(api.get("/v1/events?container=t-idem").body().path("items"), "to", "running"))
                .isEqualTo(1);
        api.command("kill", "t-idem");
    }

    @Test
    void expiredWaitReturnsTheOperationInProgress() {
        Path root = Roots.busybox(
                installation.roots().resolve("slow"),
                "trap 'sleep 3; exit 0' 37; while :; do sleep 1000 & wait $!; done");
        api.define("t-slow", "{\"root\": \"" + root + "\", \"boot\": true, \"readiness\": \"started\"}");
        api.command("start", "t-slow");
        await().atMost(Duration.ofSeconds(5)).until(() -> Samples.signalCaught(api.container("t-slow"), 37));
        Api.Answer stop = api.post("/v1/containers/t-slow/stop?wait=500ms");
        assertThat(stop.status()).isEqualTo(202);
        assertThat(stop.at("/outcome").asText()).isEqualTo("pending");
        assertThat(api.outcome(stop.at("/id").asText()).path("stoppedBy").asText())
                .isEqualTo("halted");
    }

    @Test
    void mountsAndEnvironmentAreVisibleInside() throws Exception {
        Path root = Roots.busybox(installation.roots().resolve("inside"));
        Path shared = Files.createDirectories(installation.roots().resolve("with space:colon"));
        Files.writeString(shared.resolve("there"), "hello");
        api.define("t-inside", """
                {"root": "%s", "ephemeral": true, "environment": {"GREETING": "good day"},
                 "tmpfs": ["/scratch"],
                 "bindMounts": {"/data": {"hostPath": "%s", "isReadOnly": false}, "/ro": {"hostPath": "%s"}},
                 "command": ["/bin/sh", "-c", "trap 'exit 0' TERM; echo x > /left; echo \\"$GREETING\\" > /data/greeting; echo y > /ro/no; while :; do sleep 1000 & wait $!; done"]}""".formatted(root, shared, shared));
        assertThat(api.command("start", "t-inside").path("outcome").asText()).isEqualTo("completed");
        await().atMost(Duration.ofSeconds(5)).until(() -> Files.exists(shared.resolve("greeting")));
        assertThat(shared.resolve("greeting")).hasContent("good day");
        long leader = api.container("t-inside").at("/status/leader").asLong();
        assertThat(Files.readAllLines(Path.of("/proc/" + leader + "/mountinfo")))
                .anyMatch(line -> line.contains(" /scratch ") && line.contains("tmpfs"));
        assertThat(Path.of("/proc/" + leader + "/root/left")).exists();
        assertThat(shared.resolve("no")).doesNotExist();
        api.command("stop", "t-inside");
        assertThat(root.resolve("left")).doesNotExist();
        HostState.assertGone("t-inside", root);
    }
}
