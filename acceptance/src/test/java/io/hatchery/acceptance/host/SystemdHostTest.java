package io.hatchery.acceptance.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.Fleet;
import io.hatchery.acceptance.fixture.FleetHost;
import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.Roots;
import io.hatchery.acceptance.fixture.SharedFleet;
import io.hatchery.acceptance.fixture.StreamClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Containers with the systemd driver, as {@code systemctl}, {@code machinectl} and the kernel of their host show them. */
@ExtendWith(SharedFleet.class)
class SystemdHostTest {
    private static FleetHost unified;
    private static FleetHost hybrid;
    private static Api api;

    @BeforeAll
    static void take(Fleet fleet) {
        unified = fleet.host(1);
        hybrid = fleet.host(2);
        api = fleet.api();
    }

    private static JsonNode awaitVia(String name, String phase) {
        return api.await(
                name,
                container -> container.at("/status/phase").asText().equals(phase)
                        && container.at("/status/initiator").asText().equals("host"));
    }

    @Test
    void changesMadeWithSystemctlAppearInTheFleet() {
        for (FleetHost host : List.of(unified, hybrid)) {
            String name = "t-ctl-" + host.name();
            host.defineIdle(name, "\"restart\": \"always\"");
            api.await(name, "stopped");

            host.systemctl("start", "container-" + name);
            JsonNode running = awaitVia(name, "running");
            assertThat(running.at("/status/leader").asText())
                    .isEqualTo(host.output("machinectl", "show", name, "-p", "Leader", "--value"));
            assertThat(host.systemctl("status", "container-" + name)).contains("active (running)", "systemd-nspawn");
            assertThat(host.output("systemd-cgls", "--no-pager")).contains("container-" + name + ".service");

            String before = running.at("/status/leader").asText();
            host.systemctl("restart", "container-" + name);
            api.await(
                    name,
                    container -> container.at("/status/phase").asText().equals("running")
                            && !container.at("/status/leader").asText().equals(before)
                            && !container.at("/status/leader").isMissingNode());

            host.systemctl("stop", "container-" + name);
            JsonNode stopped = awaitVia(name, "stopped");
            assertThat(stopped.at("/status/exit/status").asInt(-1)).isZero();
            host.assertGone(name);
            // The restart policy does not apply: a container that an operator stops stays stopped.
            await().during(Duration.ofSeconds(3))
                    .atMost(Duration.ofSeconds(4))
                    .until(() -> host.isActive(name).equals("inactive"));
            assertThat(transitions(name))
                    .allMatch(event -> event.path("initiator").asText().equals("host"));
        }
    }

    private static List<JsonNode> transitions(String name) {
        var found = new ArrayList<JsonNode>();
        for (JsonNode item :
                api.get("/v1/events?container=" + name + "&limit=200").body().path("items")) {
            JsonNode event = item.path("event");
            if (event.path("type").asText().equals("transition")
                    && !event.path("from").asText().equals("absent")) {
                found.add(event);
            }
        }
        assertThat(found).isNotEmpty();
        return found;
    }

    @Test
    void changeOnTheHostArrivesWithinASecond() {
        hybrid.startIdle("t-soon");
        try (StreamClient stream = StreamClient.open(api, "?container=t-soon")) {
            stream.first(message -> message.path("type").asText().equals("synced"));
            for (String[] change : new String[][] {{"stop", "stopped"}, {"start", "running"}, {"stop", "stopped"}}) {
                hybrid.systemctl(change[0], "container-t-soon");
                Instant done = Instant.now();
                stream.first(message -> message.toString().contains("\"phase\":\"" + change[1] + "\"")
                        && message.toString().contains("\"initiator\":\"host\""));
                assertThat(Duration.between(done, Instant.now())).isLessThan(Duration.ofSeconds(1));
            }
        }
    }

    @Test
    void commandOfTheFleetShowsInSystemdWithItsExactExit() {
        unified.startIdle("t-cmd");
        assertThat(unified.isActive("t-cmd")).isEqualTo("active");
        assertThat(api.container("t-cmd").at("/status/initiator").isMissingNode())
                .isTrue();

        JsonNode outcome = api.command("stop", "t-cmd");

        assertThat(outcome.path("stoppedBy").asText()).as(outcome.toString()).isEqualTo("halted");
        assertThat(unified.isActive("t-cmd")).isEqualTo("inactive");
        unified.assertGone("t-cmd");
    }

    @Test
    void consoleInTheHostsJournalIsShipped() {
        for (FleetHost host : List.of(unified, hybrid)) {
            String name = "t-log-" + host.name();
            host.startIdle(name);
            host.run("sh", "-c", "echo printed-inside >/proc/$(machinectl show " + name + " -p Leader --value)/fd/1");
            await().atMost(Duration.ofSeconds(30)).until(() -> logs(name).contains("printed-inside"));
            assertThat(logs(name)).contains("\"host\":\"" + host.name() + "\"", "\"source\":\"console\"");
            api.command("kill", name);
        }
    }

    private static String logs(String container) {
        try {
            return api.http()
                    .send(
                            api.request("/v1/containers/" + container + "/logs").build(),
                            java.net.http.HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    void containerKilledOnHostRestartsPerPolicy() {
        unified.startIdle("t-kill");
        String leader = api.await("t-kill", c -> !c.at("/status/leader").isMissingNode())
                .at("/status/leader")
                .asText();

        unified.systemctl("kill", "-s", "KILL", "container-t-kill");

        JsonNode again = api.await(
                "t-kill",
                c -> c.at("/status/phase").asText().equals("running")
                        && c.at("/status/restarts").asInt() == 1);
        assertThat(again.at("/status/exit/status").asInt()).isEqualTo(137);
        assertThat(again.at("/status/leader").asText()).isNotEqualTo(leader);
        assertThat(transitions("t-kill"))
                .anyMatch(event -> event.path("from").asText().equals("running")
                        && event.path("initiator").asText().equals("host"));
        api.completes("stop", "t-kill");
    }

    @Test
    void startTimeoutAndMissingFoldersAreReported() {
        unified.defineIdle("t-slow", "\"readiness\": \"notify\", \"startTimeout\": \"2s\"");
        JsonNode slow = api.command("start", "t-slow");
        assertThat(slow.path("reason").asText()).startsWith("it was not ready within its startTimeout of 2s");

        unified.defineIdle("t-missing", "\"bindMounts\": {\"/data\": {\"hostPath\": \"/srv/nowhere at:all\"}}");
        JsonNode missing = api.command("start", "t-missing");
        assertThat(missing.path("reason").asText()).isEqualTo("bindMounts./data: the host has no /srv/nowhere at:all");
        unified.assertGone("t-slow");
    }

    @Test
    void startOfAMissingProgramFailsWithItsLastOutput() {
        unified.define(
                "t-nothere",
                "\"root\": \"" + unified.busybox("t-nothere")
                        + "\", \"command\": [\"/bin/nothere\"], \"restart\": \"no\"");
        JsonNode started = api.command("start", "t-nothere");
        assertThat(started.path("outcome").asText()).isEqualTo("failed");
        assertThat(started.path("reason").asText()).contains("before it was ready", "/bin/nothere", "No such file");
        assertThat(api.container("t-nothere").at("/status/reason").asText())
                .isEqualTo(started.path("reason").asText());
        unified.assertGone("t-nothere");
    }

    @Test
    void lastOutputIsShownEscaped() {
        unified.define(
                "t-words",
                "\"root\": \"" + unified.busybox("t-words")
                        + "\", \"restart\": \"no\", \"command\": [\"/bin/sh\", \"-c\","
                        + " \"sleep 2; echo one; printf 'two\\\\033[2J\\\\n'; exit 7\"]");
        JsonNode _ = api.completes("start", "t-words");
        JsonNode ended =
                api.await("t-words", c -> c.at("/status/phase").asText().equals("failed"));
        assertThat(ended.at("/status/reason").asText()).isEqualTo("it exited with status 7: one | two\\x1b[2J");
    }

    @Test
    void consoleIsInTheJournal() {
        String root = hybrid.busybox("t-say");
        api.define(
                "t-say",
                "{\"host\": \"h2\", \"root\": \"" + root
                        + "\", \"command\": [\"/bin/sh\", \"-c\", \"echo \\\"$0\\\"; sleep 1\", \"100% of $HOME and \\\"quotes\\\"\"]}");
        api.completes("start", "t-say");
        api.await("t-say", "stopped");
        assertThat(hybrid.output("journalctl", "-u", "container-t-say", "-o", "cat", "--no-pager"))
                .contains("100% of $HOME and \"quotes\"");
    }

    @Test
    void limitsApplyLive() {
        hybrid.startIdle("t-limits", limits("64M", 50, 99));
        String leader = api.container("t-limits").at("/status/leader").asText();
        assertThat(kernelFile("memory/%/memory.limit_in_bytes")).isEqualTo("67108864");
        assertThat(kernelFile("pids/%/pids.max")).isEqualTo("99");
        assertThat(kernelFile("cpu/%/cpu.cfs_quota_us")).isEqualTo("50000");
        assertThat(kernelFile("cpu/%/cpu.shares")).isEqualTo("512"); // of 1024, which is the weight 100

        hybrid.defineIdle("t-limits", limits("32M", 25, 77));

        await().untilAsserted(() ->
                assertThat(kernelFile("memory/%/memory.limit_in_bytes")).isEqualTo("33554432"));
        assertThat(kernelFile("pids/%/pids.max")).isEqualTo("77");
        assertThat(kernelFile("cpu/%/cpu.cfs_quota_us")).isEqualTo("25000");
        JsonNode container = api.container("t-limits");
        assertThat(container.at("/status/leader").asText()).isEqualTo(leader);
        assertThat(container.at("/status/outdated").asBoolean()).isFalse();
        api.completes("stop", "t-limits");
    }

    private static String limits(String memory, int quota, int tasks) {
        return "\"limits\": {\"memoryMax\": \"" + memory + "\", \"cpuQuota\": \"" + quota
                + "%\", \"cpuWeight\": 50, \"tasksMax\": " + tasks + "}";
    }

    private static String kernelFile(String file) {
        return hybrid.output("cat", "/sys/fs/cgroup/" + file.replace("%", "machine.slice/container-t-limits.service"));
    }

    @Test
    void networkAndForwardedPortWorkAtReadiness() {
        for (FleetHost host : List.of(unified, hybrid)) {
            String name = "t-net-" + host.name();
            String root = host.busybox(name);
            api.define(
                    name,
                    "{\"host\": \"" + host.name() + "\", \"root\": \"" + root
                            + "\", \"privateNetwork\": true, \"hostAddress\": \"10.9.0.1\", \"localAddress\": \"10.9.0.2\","
                            + " \"hostAddress6\": \"fd00::1\", \"localAddress6\": \"fd00::2\","
                            + " \"forwardPorts\": [{\"hostPort\": 8080, \"containerPort\": 80}],"
                            + " \"command\": [\"/bin/busybox\", \"nc\", \"-ll\", \"-p\", \"80\", \"-e\", \"/bin/echo\", \"hello\"]}");
            api.completes("start", name);
            String leader = api.container(name).at("/status/leader").asText();
            assertThat(host.output("nsenter", "-t", leader, "-n", "ip", "-br", "addr"))
                    .contains("eth0", "10.9.0.2/32", "fd00::2/128");
            assertThat(host.output("ip", "-br", "addr")).contains("ve-" + name, "10.9.0.1/32");
            // The request comes from another host of the network.
            FleetHost other = host == unified ? hybrid : unified;
            await().untilAsserted(() -> assertThat(other.run("busybox", "nc", "-w", "2", host.address(), "8080")
                            .out())
                    .isEqualTo("hello\n"));
            api.completes("kill", name);
            host.assertGone(name);
        }
    }

    @Test
    void runnerReportsWhatHappenedWhileItWasDown() {
        unified.startIdle("t-away", "\"restart\": \"always\"");
        unified.startIdle("t-stay");
        String stays = api.container("t-stay").at("/status/leader").asText();

        unified.systemctl("kill", "-s", "KILL", "hatchery-runner");
        unified.systemctl("stop", "hatchery-runner");
        unified.systemctl("stop", "container-t-away");
        assertThat(unified.isActive("t-stay")).isEqualTo("active");
        unified.systemctl("start", "hatchery-runner");
        unified.awaitRunner();

        JsonNode stopped = awaitVia("t-away", "stopped");
        assertThat(stopped.at("/status/exit/status").asInt(-1)).isZero();
        assertThat(api.container("t-stay").at("/status/leader").asText()).isEqualTo(stays);

        unified.systemctl("stop", "hatchery-runner");
        unified.systemctl("start", "container-t-away");
        unified.systemctl("start", "hatchery-runner");
        unified.awaitRunner();
        awaitVia("t-away", "running");
        api.completes("stop", "t-away");
        api.completes("stop", "t-stay");
    }

    @Test
    void systemdRestartsContainersWhileTheRunnerIsDown() {
        for (FleetHost host : List.of(unified, hybrid)) {
            String name = "t-alone-" + host.name();
            host.startIdle(name, "\"restart\": \"always\"");
            String leader = api.container(name).at("/status/leader").asText();
            host.systemctl("stop", "hatchery-runner");

            host.systemctl("kill", "-s", "KILL", "--kill-whom=main", "container-" + name);

            await().until(() -> host.isActive(name).equals("active")
                    && !host.output("machinectl", "show", name, "-p", "Leader", "--value")
                            .equals(leader));
            host.systemctl("start", "hatchery-runner");
            host.awaitRunner();
            api.await(
                    name,
                    c -> c.at("/status/phase").asText().equals("running")
                            && c.at("/status/leader").asInt() > 0
                            && !c.at("/status/leader").asText().equals(leader));
            api.completes("stop", name);
            host.assertGone(name);
        }
    }

    @Test
    void containersOutliveUpgradeAndRemovalOfThePackage() {
        hybrid.startIdle("t-pkg");
        String leader = api.container("t-pkg").at("/status/leader").asText();

        hybrid.run("dpkg", "-i", hybrid.debianPackage()).orFail();
        hybrid.awaitRunner();
        assertThat(api.container("t-pkg").at("/status/leader").asText()).isEqualTo(leader);

        hybrid.run("dpkg", "-r", "hatchery-runner").orFail();
        assertThat(hybrid.isActive("t-pkg")).isEqualTo("active");
        hybrid.systemctl("restart", "container-t-pkg");
        assertThat(hybrid.isActive("t-pkg")).isEqualTo("active");

        hybrid.run("dpkg", "-i", hybrid.debianPackage()).orFail();
        hybrid.awaitRunner();
        api.await(
                "t-pkg",
                c -> c.at("/status/phase").asText().equals("running")
                        && !c.at("/status/leader").asText().equals(leader));
        api.completes("stop", "t-pkg");
        hybrid.assertGone("t-pkg");
    }

    @Test
    void allowedDevicesCanBeUsed() {
        for (FleetHost host : List.of(unified, hybrid)) {
            // The kernel opens the device and then reports that it is not configured.
            assertThat(readingTun(host, "t-tun-" + host.name(), ", \"enableTun\": true"))
                    .contains("File descriptor in bad state");
            assertThat(readingTun(
                            host,
                            "t-allowed-" + host.name(),
                            ", \"allowedDevices\": [{\"node\": \"/dev/net/tun\", \"modifier\": \"rw\"}]"))
                    .contains("File descriptor in bad state");
            assertThat(readingTun(host, "t-none-" + host.name(), ", \"privateUsers\": \"no\""))
                    .contains("Operation not permitted");
        }
    }

    /** The output of a container that reads from its tunnel device. */
    private static String readingTun(FleetHost host, String name, String options) {
        String root = host.busybox(name);
        api.define(
                name,
                "{\"host\": \"" + host.name() + "\", \"root\": \"" + root + "\", \"privateNetwork\": true,"
                        + " \"restart\": \"no\", \"command\": [\"/bin/sh\", \"-c\", \"cat /dev/net/tun; code=$?; sleep 1; exit $code\"]"
                        + options + "}");
        api.completes("start", name);
        api.await(name, container -> container.at("/status/exit/status").asInt(-1) == 1);
        return host.output("journalctl", "-u", "container-" + name, "-o", "cat", "--no-pager");
    }

    @Test
    void machinectlListsContainersAndOpensAShell() {
        String root = "/srv/t-debian";
        ProcessResult.toEnd(new ProcessBuilder(
                        "cp", "-a", Roots.debian().toString(), unified.at(root).toString()))
                .orFail();
        api.define("t-debian", "{\"host\": \"h1\", \"root\": \"" + root + "\", \"boot\": true, \"autoStart\": true}");
        api.await("t-debian", "running");
        assertThat(unified.systemctl("is-enabled", "container-t-debian")).isEqualTo("enabled-runtime");
        assertThat(unified.output("machinectl", "list", "--no-legend"))
                .containsPattern("t-debian +container +systemd-nspawn +debian");
        assertThat(unified.output("machinectl", "status", "t-debian")).contains("Unit: container-t-debian.service");
        assertThat(unified.shellSays("t-debian", "/usr/bin/id -un")).isEqualTo("root");

        unified.output("machinectl", "reboot", "t-debian");
        api.await(
                "t-debian",
                container -> container.at("/status/phase").asText().equals("running")
                        && container.at("/status/exit/status").asInt() == 133);

        unified.output("machinectl", "poweroff", "t-debian");
        JsonNode off = api.await("t-debian", "stopped");
        assertThat(off.at("/status/exit/status").asInt(-1)).isZero();
        unified.assertGone("t-debian");
    }

    @Test
    void hostPortIsForwardedToOneContainer() {
        String ports = "\"privateNetwork\": true, \"localAddress\": \"10.7.0.2\","
                + " \"forwardPorts\": [{\"hostPort\": 7070}]";
        hybrid.defineIdle("t-port-a", ports);
        String second = "{\"host\": \"h2\", \"root\": \"/srv/t-port-a\", " + FleetHost.IDLE + ", " + ports + "}";
        JsonNode refused = api.put("/v1/containers/t-port-b", second).body();
        assertThat(refused.toString()).contains("host h2 forwards that port to container t-port-a");

        api.delete("/v1/containers/t-port-a");

        api.await(
                "t-port-b",
                container -> container.at("/evaluation/state").asText().equals("evaluated"));
    }
}
