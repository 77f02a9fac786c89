package io.hatchery.acceptance.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.Fleet;
import io.hatchery.acceptance.fixture.FleetHost;
import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.SharedFleet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Networks of containers with the systemd driver, seen from inside and from the host. */
@ExtendWith(SharedFleet.class)
class FleetNetworkTest {
    private static List<FleetHost> hosts;
    private static Api api;
    private final List<String> running = new ArrayList<>();

    @BeforeAll
    static void take(Fleet fleet) {
        hosts = List.of(fleet.host(1), fleet.host(2));
        api = fleet.api();
    }

    /** Removes what a failed test left, so that the next test can pass. */
    @AfterEach
    void nothingIsLeft() {
        for (FleetHost host : hosts) {
            running.stream().filter(name -> name.endsWith(host.name())).toList().forEach(name -> end(host, name));
            ProcessResult _ = host.run("ip", "link", "delete", "t-br");
            await().untilAsserted(() ->
                    assertThat(host.output("ip", "-br", "link")).doesNotContain("ve-", "vb-", "w-", "mv-"));
        }
    }

    /** Starts a container that serves its name over HTTP. */
    private void serve(FleetHost host, String name, String options) {
        host.define(name, server(host, name, options));
        running.add(name);
        JsonNode _ = api.completes("start", name);
    }

    private static String server(FleetHost host, String name, String options) {
        String root = host.busybox(name);
        try {
            Path www = Files.createDirectories(host.at(root).resolve("www"));
            Files.writeString(www.resolve("index.html"), "this is " + name + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "\"root\": \"" + root
                + "\", \"command\": [\"/bin/busybox\", \"httpd\", \"-f\", \"-p\", \"80\", \"-h\", \"/www\"], "
                + options;
    }

    private void end(FleetHost host, String... names) {
        for (String name : names) {
            JsonNode _ = api.completes("kill", name);
            host.assertGone(name);
            running.remove(name);
        }
    }

    /** Fetches a page, with retries until a server responds. */
    private static void assertServes(FleetHost host, String address, String name) {
        assertServes(host, address, 80, name);
    }

    private static void assertServes(FleetHost host, String address, int port, String name) {
        await().ignoreExceptions()
                .untilAsserted(
                        () -> assertThat(host.output(fetch(address, port))).isEqualTo("this is " + name));
    }

    private static String[] fetch(String address, int port) {
        return new String[] {
            "sh", "-c", "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | busybox nc -w 5 " + address + " " + port + " | tail -n 1"
        };
    }

    @Test
    void bridgeConnectsContainersAndHost() {
        for (FleetHost host : hosts) {
            host.output("ip", "link", "add", "t-br", "type", "bridge");
            host.output("ip", "addr", "add", "10.232.0.1/24", "dev", "t-br");
            host.output("ip", "link", "set", "t-br", "up");
            String one = "t-br1-" + host.name();
            String two = "t-br2-" + host.name();
            serve(host, one, "\"privateNetwork\": true, \"hostBridge\": \"t-br\", \"localAddress\": \"10.232.0.2/24\"");
            serve(host, two, "\"privateNetwork\": true, \"hostBridge\": \"t-br\", \"localAddress\": \"10.232.0.3/24\"");
            assertServes(host, "10.232.0.3", two);
            await().ignoreExceptions()
                    .untilAsserted(() -> assertThat(host.inNetworkOf(one, fetch("10.232.0.3", 80))
                                    .orFail()
                                    .out())
                            .isEqualTo("this is " + two + "\n"));
            end(host, one, two);
            host.output("ip", "link", "delete", "t-br");
        }
    }

    @Test
    void extraVethsWorkWithAndWithoutBridge() {
        for (FleetHost host : hosts) {
            host.output("ip", "link", "add", "t-br", "type", "bridge");
            host.output("ip", "addr", "add", "10.236.0.1/24", "dev", "t-br");
            host.output("ip", "link", "set", "t-br", "up");
            String name = "t-more-" + host.name();
            serve(
                    host,
                    name,
                    "\"privateNetwork\": true, \"extraVeths\": {\"w-back\": {\"hostAddress\": \"10.233.0.1\","
                            + " \"localAddress\": \"10.233.0.2\", \"localMacAddress\": \"02:00:00:00:00:33\"},"
                            + " \"w-front\": {\"hostBridge\": \"t-br\", \"localAddress\": \"10.236.0.2/24\"}}");
            assertThat(host.inNetworkOf(name, "ip", "-br", "link").out()).contains("02:00:00:00:00:33");
            assertServes(host, "10.233.0.2", name);
            assertServes(host, "10.236.0.2", name);
            end(host, name);
            host.output("ip", "link", "delete", "t-br");
        }
    }

    @Test
    void longContainerNameHasAnAlternativeInterfaceName() {
        for (FleetHost host : hosts) {
            String name = "t-longer-than-any-interface-" + host.name();
            serve(
                    host,
                    name,
                    "\"privateNetwork\": true, \"hostAddress\": \"10.234.0.1\", \"localAddress\": \"10.234.0.2\"");
            assertServes(host, "10.234.0.2", name);
            end(host, name);
        }
    }

    @Test
    void movedInterfaceReturnsToTheHost() {
        for (FleetHost host : hosts) {
            host.output("ip", "link", "add", "t-m0", "type", "veth", "peer", "name", "t-m1");
            String name = "t-moving-" + host.name();
            serve(host, name, "\"interfaces\": [\"t-m0\"]");
            assertThat(host.output("ip", "-br", "link")).doesNotContain("t-m0@t-m1", "t-m0 ");
            assertThat(host.inNetworkOf(name, "ip", "-br", "link").out()).contains("t-m0");
            host.systemctl("stop", "container-" + name);
            api.await(name, "stopped");
            await().untilAsserted(
                            () -> assertThat(host.output("ip", "-br", "link")).contains("t-m0@t-m1"));
            host.output("ip", "link", "delete", "t-m1");
        }
    }

    @Test
    void macvlanIsCreatedOnInterfaceOfTheHost() {
        for (FleetHost host : hosts) {
            host.output("ip", "link", "add", "t-lower", "type", "veth", "peer", "name", "t-upper");
            host.output("ip", "link", "set", "t-lower", "up");
            String name = "t-macvlan-" + host.name();
            serve(host, name, "\"macvlans\": [\"t-lower\"]");
            assertThat(host.inNetworkOf(name, "ip", "-d", "link", "show", "mv-t-lower")
                            .orFail()
                            .out())
                    .contains("macvlan");
            end(host, name);
            host.output("ip", "link", "delete", "t-lower");
        }
    }

    @Test
    void networkNamespaceIsJoined() {
        for (FleetHost host : hosts) {
            host.output("ip", "netns", "add", "t-other");
            host.output("ip", "-n", "t-other", "link", "set", "lo", "up");
            String name = "t-joined-" + host.name();
            serve(host, name, "\"privateUsers\": \"no\", \"networkNamespace\": \"/run/netns/t-other\"");
            assertThat(host.inNetworkOf(name, fetch("127.0.0.1", 80)).orFail().out())
                    .isEqualTo("this is " + name + "\n");
            assertThat(host.output(
                            "ip",
                            "netns",
                            "identify",
                            api.container(name).at("/status/leader").asText()))
                    .isEqualTo("t-other");
            end(host, name);
            host.output("ip", "netns", "delete", "t-other");
        }
    }

    @Test
    void interfacesLeftByACrashAreRemovedBeforeStart() {
        for (FleetHost host : hosts) {
            String name = "t-left-" + host.name();
            host.output("ip", "link", "add", "ve-" + name, "type", "veth", "peer", "name", "t-leftover");
            host.output("ip", "link", "add", "w-left", "type", "veth", "peer", "name", "t-leftover2");
            // Hatchery removes only interfaces with its alias.
            host.output("ip", "link", "set", "ve-" + name, "alias", "hatchery:" + name);
            host.output("ip", "link", "set", "w-left", "alias", "hatchery:" + name);
            serve(
                    host,
                    name,
                    "\"privateNetwork\": true, \"hostAddress\": \"10.235.0.1\", \"localAddress\": \"10.235.0.2\","
                            + " \"extraVeths\": {\"w-left\": {\"hostAddress\": \"10.237.0.1\", \"localAddress\": \"10.237.0.2\"}}");
            assertThat(host.output("ip", "-br", "link")).doesNotContain("t-leftover");
            assertServes(host, "10.235.0.2", name);
            assertServes(host, "10.237.0.2", name);
            end(host, name);
        }
    }

    @Test
    void portForwardReplacesOneLeftByAKilledNspawn() {
        for (FleetHost host : hosts) {
            String name = "t-port-" + host.name();
            for (String local : List.of("10.240.0.2", "10.240.0.3")) {
                serve(
                        host,
                        name,
                        "\"privateNetwork\": true, \"hostAddress\": \"10.240.0.1\", \"localAddress\": \"" + local
                                + "\", \"forwardPorts\": [{\"hostPort\": 8081, \"containerPort\": 80}]");
                // The host reaches its own address by an interface other than loopback.
                assertServes(host, host.address(), 8081, name);
                end(host, name);
                assertThat(host.output("nft", "list", "map", "ip", "io.systemd.nat", "map_port_ipport"))
                        .doesNotContain("8081");
            }
        }
    }

    @Test
    void networkSurvivesRebootFromInside() {
        for (FleetHost host : hosts) {
            String name = "t-again-" + host.name();
            String root = host.busybox(
                    name, "echo booted >>/boots\nwhile [ ! -e /again ]; do sleep 0.1; done\nrm /again\nreboot -f\n");
            host.define(
                    name,
                    "\"root\": \"" + root + "\", \"boot\": true, \"readiness\": \"started\", \"privateNetwork\": true,"
                            + " \"hostAddress\": \"10.238.0.1\", \"localAddress\": \"10.238.0.2\"");
            api.completes("start", name);
            String before = api.container(name).at("/status/leader").asText();
            host.output("touch", root + "/again");
            api.await(
                    name,
                    c -> c.at("/status/phase").asText().equals("running")
                            && !c.at("/status/leader").asText().equals(before)
                            && c.at("/status/leader").asInt() > 0);
            assertThat(host.inNetworkOf(name, "ip", "-br", "addr", "show", "dev", "eth0")
                            .orFail()
                            .out())
                    .contains("10.238.0.2/32");
            assertThat(host.output("ip", "-br", "addr", "show", "dev", "ve-" + name))
                    .contains("10.238.0.1/32");
            end(host, name);
        }
    }

    @Test
    void failedNetworkSetupFailsTheStartAndIsCleanedUp() {
        for (FleetHost host : hosts) {
            String name = "t-nobr-" + host.name();
            host.defineIdle(name, "\"privateNetwork\": true, \"extraVeths\": {\"w-x\": {\"hostBridge\": \"t-none\"}}");
            assertThat(api.command("start", name).path("reason").asText())
                    .contains("ip link set dev w-x master t-none");
            host.assertGone(name);
        }
    }
}
