package io.hatchery.acceptance.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.HostState;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.Roots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Migration of a container between two hosts. Both are runners on this machine, so the test sees the processes of both. */
class MigrationTest {
    private static final String OTHER = "otherhost";

    private static Installation installation;
    private static Path otherData;
    private static Path otherRuntime;
    private static Process other;
    private static Api api;

    @BeforeAll
    static void start() throws IOException {
        installation = Installation.running();
        otherData = Files.createDirectory(installation.data().resolveSibling("other"));
        otherRuntime = Path.of(installation.runtime() + "b");
        addOther();
        startOther();
    }

    private static void addOther() throws IOException {
        installation.hatchery("acls", "--apply", "--host", OTHER).orFail();
        Path user = installation.data().resolve("users/hatchery-runner-" + OTHER);
        for (String file : List.of("client.properties", "record-keys.properties")) {
            Files.copy(user.resolve(file), otherData.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        api = installation.api();
    }

    private static void startOther() throws IOException {
        var builder = installation.launcher("runner");
        builder.environment().put("HATCHERY_HOST", OTHER);
        builder.environment().put("HATCHERY_RUNTIME", otherRuntime.toString());
        builder.environment().put("HATCHERY_DATA", otherData.toString());
        other = builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        otherData.resolve("runner.log").toFile()))
                .start();
        org.awaitility.Awaitility.await()
                .until(() -> api.get("/v1/hosts/" + OTHER).at("/state").asText().equals("ready"));
    }

    private static void killOther() {
        other.destroyForcibly().onExit().join();
    }

    @AfterAll
    static void stop() {
        killOther();
        HostState.containersOf(otherRuntime).forEach(HostState::destroy);
        HostState.unmountBelow(otherRuntime);
        HostState.delete(otherRuntime);
        installation.close();
    }

    private static String definition(Path root, String host) {
        return "{\"root\": \"" + root + "\", \"host\": \"" + host
                + "\", \"autoStart\": true, \"command\": [\"/bin/sh\","
                + " \"-c\", \"trap 'sleep 1; exit 0' TERM; while :; do sleep 1000 & wait $!; done\"]}";
    }

    private static List<Long> supervisors(String container) {
        return HostState.allSupervisors().getOrDefault(container, List.of());
    }

    private static boolean runsOn(JsonNode container, String host) {
        return container.at("/status/phase").asText().equals("running")
                && container.at("/status/host").asText().equals(host);
    }

    @Test
    void containerStopsOnOldHostBeforeItStartsOnNewHost() throws Exception {
        Path root = Roots.busybox(installation.roots().resolve("moved"));
        api.define("t-moved", definition(root, Installation.HOST));
        api.await("t-moved", container -> runsOn(container, Installation.HOST));
        List<Long> before = supervisors("t-moved");
        assertThat(before).hasSize(1);

        var most = new ArrayList<Integer>();
        var over = new AtomicBoolean();
        Thread witness = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                most.add(supervisors("t-moved").size());
            }
        });
        JsonNode moving = api.define("t-moved", definition(root, OTHER)).body();
        assertThat(moving.at("/evaluation/state").asText()).isEqualTo("moving");
        assertThat(moving.at("/evaluation/releasingHost/host").asText()).isEqualTo(Installation.HOST);
        JsonNode restarted = api.command("restart", "t-moved");
        assertThat(restarted.path("outcome").asText()).as(restarted.toString()).isEqualTo("completed");
        assertThat(restarted.path("host").asText()).isEqualTo(OTHER);
        JsonNode moved = api.await("t-moved", container -> runsOn(container, OTHER));
        over.set(true);
        witness.join();
        assertThat(most).isNotEmpty().allMatch(supervisors -> supervisors <= 1);
        assertThat(moved.at("/evaluation/state").asText()).isEqualTo("evaluated");
        assertThat(moved.at("/evaluation/releasingHost").isMissingNode()).isTrue();
        assertThat(supervisors("t-moved")).hasSize(1).isNotEqualTo(before);

        assertThat(api.delete("/v1/containers/t-moved").status()).isLessThan(300);
        api.await("t-moved", container -> container.path("status").isMissingNode() || !container.has("name"));
        HostState.assertGone("t-moved", root);
    }

    @Test
    void absentHostKeepsContainerUntilItReturns() throws Exception {
        Path root = Roots.busybox(installation.roots().resolve("kept"));
        api.define("t-kept", definition(root, OTHER));
        api.await("t-kept", container -> runsOn(container, OTHER));
        List<Long> before = supervisors("t-kept");
        killOther();
        JsonNode moving =
                api.define("t-kept", definition(root, Installation.HOST)).body();
        assertThat(moving.at("/evaluation/state").asText()).isEqualTo("moving");
        Thread.sleep(3000);
        assertThat(supervisors("t-kept")).isEqualTo(before);
        startOther();
        api.await("t-kept", container -> runsOn(container, Installation.HOST));
        assertThat(supervisors("t-kept")).hasSize(1).isNotEqualTo(before);
        assertThat(api.command("stop", "t-kept").path("outcome").asText()).isEqualTo("completed");
        HostState.assertGone("t-kept", root);
    }

    @Test
    void deletingTheRecordOfALostHostReleasesItsContainers() throws Exception {
        Path root = Roots.busybox(installation.roots().resolve("orphan"));
        api.define("t-orphan", definition(root, OTHER));
        api.await("t-orphan", container -> runsOn(container, OTHER));
        killOther();
        HostState.destroy("t-orphan");
        HostState.delete(otherRuntime);
        HostState.delete(otherData.resolve("runner"));
        api.define("t-orphan", definition(root, Installation.HOST));
        installation.hatchery("host", "remove", OTHER).orFail();
        api.await("t-orphan", container -> runsOn(container, Installation.HOST));
        assertThat(api.command("stop", "t-orphan").path("outcome").asText()).isEqualTo("completed");
        HostState.assertGone("t-orphan", root);
        addOther();
        startOther();
    }
}
