package io.hatchery.acceptance.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.Fleet;
import io.hatchery.acceptance.fixture.FleetHost;
import io.hatchery.acceptance.fixture.Samples;
import io.hatchery.acceptance.fixture.SharedFleet;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Fleets of systemd hosts: many starts at once, reboots, disconnected hosts, migrations. */
@ExtendWith(SharedFleet.class)
class FleetTest {
    private static final int MANY = 100;
    private static final int AUTO_STARTED = 20;
    private static final Duration CUT_OFF = Duration.ofMinutes(1);

    private static FleetHost one;
    private static FleetHost two;
    private static Api api;

    @BeforeAll
    static void take(Fleet fleet) {
        one = fleet.host(1);
        two = fleet.host(2);
        api = fleet.api();
    }

    private static void define(String name, FleetHost host, String root, String options) {
        host.define(name, "\"root\": \"" + root + "\", " + FleetHost.IDLE + options);
    }

    private static List<String> names(String prefix, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> prefix + i).toList();
    }

    private static int active(FleetHost host, String prefix) {
        String units = host.output(
                "systemctl", "list-units", "--no-legend", "--plain", "--state=active", "container-" + prefix + "*");
        return units.isEmpty() ? 0 : units.split("\n").length;
    }

    private static void delete(List<String> names) {
        names.forEach(name -> api.delete("/v1/containers/" + name));
        names.forEach(name -> await().atMost(Duration.ofMinutes(1))
                .until(() -> api.get("/v1/containers/" + name).status() == 404));
    }

    @Test
    void hundredContainersStartAtOnce() {
        List<String> names = names("t-many-", MANY);
        String root = one.busybox("t-many");
        // Each container has its own copy of the root.
        names.forEach(name -> define(name, one, root, ", \"ephemeral\": true"));
        long begun = System.nanoTime();
        names.forEach(
                name -> assertThat(api.post("/v1/containers/" + name + "/start").status())
                        .isEqualTo(202));
        names.forEach(name -> api.await(name, "running"));
        System.out.printf(
                "%d containers started on one host by as many commands at once: all running after %.1f s%n",
                MANY, (System.nanoTime() - begun) / 1e9);
        assertThat(active(one, "t-many-")).isEqualTo(MANY);
        delete(names);
        assertThat(active(one, "t-many-")).isZero();
        assertThat(one.output("sh", "-c", "ls -A /srv | grep -c machine || true"))
                .as("copies that are left")
                .isEqualTo("0");
    }

    @Test
    void rebootedHostStartsAutoStartContainersWithoutBroker() {
        List<String> names = names("t-auto-", AUTO_STARTED);
        names.forEach(name -> define(name, two, two.busybox(name), ", \"autoStart\": true"));
        define("t-manual", two, two.busybox("t-manual"), "");
        api.completes("start", "t-manual");
        names.forEach(name -> api.await(name, "running"));
        assertThat(two.output("sh", "-c", "stat -c %a /var/lib/hatchery/runner/specs/*.json | sort -u"))
                .isEqualTo("600");

        try (var _ = two.partition()) {
            two.reboot();
            await().atMost(Duration.ofMinutes(1)).until(() -> active(two, "t-auto-") == AUTO_STARTED);
            assertThat(two.isActive("t-manual")).isEqualTo("inactive");
        }

        two.awaitRunner();
        names.forEach(name -> api.await(name, "running"));
        api.await("t-manual", "stopped");
        delete(names);
        delete(List.of("t-manual"));
        assertThat(two.output("sh", "-c", "ls /run/systemd/system | grep -c container-t-auto || true"))
                .as("units that are left")
                .isEqualTo("0");
    }

    @Test
    void changesOnADisconnectedHostAreReportedAfterwards() throws InterruptedException {
        for (String name : List.of("t-cut-stop", "t-cut-kill", "t-cut-start")) {
            define(name, one, one.busybox(name), "");
        }
        api.completes("start", "t-cut-stop");
        api.completes("start", "t-cut-kill");
        String killed = api.await("t-cut-kill", c -> !c.at("/status/leader").isMissingNode())
                .at("/status/leader")
                .asText();

        try (var _ = one.partition()) {
            long healed = System.nanoTime() + CUT_OFF.toNanos();
            one.systemctl("stop", "container-t-cut-stop");
            one.systemctl("start", "container-t-cut-start");
            one.systemctl("kill", "-s", "KILL", "container-t-cut-kill");
            api.await("t-cut-stop", c -> c.at("/status/phase").asText().equals("unknown"));
            // A command that is sent meanwhile waits for the host and applies to the state at that time.
            assertThat(api.post("/v1/containers/t-cut-start/stop").status()).isEqualTo(202);
            await().until(() -> one.isActive("t-cut-kill").equals("active"));
            assertThat(one.isActive("t-cut-stop")).isEqualTo("inactive");
            assertThat(one.isActive("t-cut-start")).isEqualTo("active");
            Thread.sleep(Duration.ofNanos(Math.max(0, healed - System.nanoTime())));
        }

        JsonNode stopped = api.await("t-cut-stop", "stopped");
        assertThat(stopped.at("/status/initiator").asText()).isEqualTo("host");
        JsonNode again = api.await("t-cut-kill", "running");
        assertThat(again.at("/status/leader").asText()).isNotEqualTo(killed);
        assertThat(again.at("/status/exit/status").asInt()).isEqualTo(137);
        api.await("t-cut-start", "stopped");
        JsonNode events =
                api.get("/v1/events?container=t-cut-start&limit=200").body().path("items");
        assertThat(Samples.count(events, "to", "running")).isEqualTo(1);
        assertThat(Samples.count(events, "initiator", "host")).isPositive();
        delete(List.of("t-cut-stop", "t-cut-kill", "t-cut-start"));
    }

    @Test
    void migratedContainerStopsOnOldHostFirst() {
        String root = one.busybox("t-move");
        two.busybox("t-move");
        define("t-move", one, root, ", \"autoStart\": true");
        api.await("t-move", "running");

        define("t-move", two, root, ", \"autoStart\": true");

        api.await(
                "t-move",
                c -> c.at("/status/phase").asText().equals("running")
                        && c.at("/status/host").asText().equals("h2"));
        assertThat(one.isActive("t-move")).isEqualTo("inactive");
        assertThat(one.run("test", "-e", "/run/systemd/system/container-t-move.service")
                        .code())
                .isNotZero();
        // Both hosts share the machine's clock, so microseconds can be compared.
        long gone = Long.parseLong(one.output(
                "sh",
                "-c",
                "journalctl -o json --output-fields=MESSAGE --no-pager UNIT=container-t-move.service"
                        + " | sed -n '/Stopped/s/.*\"__REALTIME_TIMESTAMP\":\"\\([0-9]*\\)\".*/\\1/p' | tail -n 1"));
        long begun = Long.parseLong(two.output(
                "sh",
                "-c",
                "journalctl -o json --output-fields=MESSAGE --no-pager UNIT=container-t-move.service"
                        + " | sed -n '/Starting/s/.*\"__REALTIME_TIMESTAMP\":\"\\([0-9]*\\)\".*/\\1/p' | head -n 1"));
        assertThat(gone).isLessThan(begun);
        delete(List.of("t-move"));
    }

    @Test
    void systemctlStopEndsBackoff() {
        String root = one.busybox("t-loop");
        api.define(
                "t-loop",
                "{\"host\": \"h1\", \"root\": \"" + root
                        + "\", \"restart\": \"always\", \"command\": [\"/bin/sh\", \"-c\", \"sleep 1; exit 3\"]}");
        api.post("/v1/containers/t-loop/start");
        api.await(
                "t-loop",
                c -> c.at("/status/phase").asText().equals("backoff")
                        && c.at("/status/restarts").asInt() >= 2);

        one.systemctl("stop", "container-t-loop");

        JsonNode stopped = api.await("t-loop", "stopped");
        assertThat(stopped.at("/status/initiator").asText()).isEqualTo("host");
        await().during(Duration.ofSeconds(5))
                .atMost(Duration.ofSeconds(6))
                .until(() ->
                        api.container("t-loop").at("/status/phase").asText().equals("stopped"));
        delete(List.of("t-loop"));
    }
}
