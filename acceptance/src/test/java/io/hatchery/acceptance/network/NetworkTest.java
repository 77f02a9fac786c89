package io.hatchery.acceptance.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.Roots;
import io.hatchery.acceptance.fixture.Service;
import io.hatchery.acceptance.fixture.TestNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Networks of containers, seen from inside and from the host's network, which is a namespace of the test. */
class NetworkTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static TestNetwork network;
    private static Installation installation;

    @BeforeAll
    static void start() {
        network = new TestNetwork();
        installation = Installation.createWithin(network.within(), withSysOf());
        for (Service service : Service.values()) {
            installation.start(service);
        }
        await().until(() -> request("GET", "/v1/hosts", "").at("/items/0/state").asText(), "ready"::equals);
    }

    /**
     * nspawn looks interfaces up in {@code /sys}, which shows those of the network namespace it was mounted in, and waits for udev,
     * which there is none of, unless it is read-only.
     */
    private static List<String> withSysOf() {
        String groups = "$(mktemp -d -p /run)";
        return List.of(
                "unshare",
                "--mount",
                "--propagation=slave",
                "sh",
                "-ec",
                "groups=" + groups + "; mount --rbind /sys/fs/cgroup $groups; mount -t sysfs -o ro sysfs /sys;"
                        + " mount --rbind $groups /sys/fs/cgroup; umount -R -l $groups; rmdir $groups; exec \"$0\" \"$@\"");
    }

    @AfterAll
    static void stop() {
        installation.close();
        network.close();
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(network.interfaces()).allMatch(name -> name.equals("lo") || name.startsWith("t-"));
    }

    /** The definition of a container that serves its name over HTTP. */
    private static String server(String name, String options) {
        Path root = Roots.busybox(installation.roots().resolve(name));
        try {
            Path www = Files.createDirectories(root.resolve("www"));
            Files.writeString(www.resolve("index.html"), "this is " + name + "\n");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return "{root: " + root + ", command: [/bin/busybox, httpd, -f, -p, '80', -h, /www], " + options + "}";
    }

    /** The gateway is in the namespace too; one client process serves all calls, since starting one per call is slow. */
    private static JsonNode call(String method, String path, String yaml) throws IOException {
        return request(method, "/v1/containers/" + path, yaml);
    }

    private static JsonNode request(String method, String path, String yaml) throws IOException {
        ProcessResult curl = network.run(
                "curl",
                "-sS",
                "-X",
                method,
                "-H",
                "Authorization: Bearer " + installation.api().token(),
                "-H",
                "Content-Type: application/yaml",
                "--data-binary",
                yaml,
                installation.api().base() + path);
        return JSON.readTree(curl.orFail().out());
    }

    private static void apply(String name, String definition) throws IOException {
        JsonNode container = call("PUT", name, definition);
        assertThat(container.at("/evaluation/state").asText())
                .as(container.toString())
                .isEqualTo("evaluated");
    }

    private static JsonNode command(String verb, String name) throws IOException {
        return call("POST", name + "/" + verb + "?wait=60s", "");
    }

    private static void start(String name, String options) throws IOException {
        apply(name, server(name, options));
        JsonNode outcome = command("start", name);
        assertThat(outcome.path("outcome").asText()).as(outcome.toString()).isEqualTo("completed");
    }

    private static void stop(String name) throws IOException {
        JsonNode outcome = command("stop", name);
        assertThat(outcome.path("outcome").asText()).as(outcome.toString()).isEqualTo("completed");
    }

    private static long leader(String name) {
        return await().until(() -> call("GET", name, "").at("/status/leader").asLong(), pid -> pid > 0);
    }

    private static ProcessResult inside(String name, String... command) {
        var all = new ArrayList<>(List.of("nsenter", "--net=/proc/" + leader(name) + "/ns/net"));
        all.addAll(List.of(command));
        return ProcessResult.toEnd(new ProcessBuilder(all));
    }

    private static JsonNode addresses(String name, String device) throws IOException {
        return JSON.readTree(inside(name, "ip", "-j", "addr", "show", "dev", device)
                        .orFail()
                        .out())
                .get(0);
    }

    private static String fetched(ProcessResult curl) {
        return curl.orFail().out().strip();
    }

    @Test
    void vethHasItsAddressesOnBothSides() throws IOException {
        start(
                "t-pair",
                "privateNetwork: true, hostAddress: 10.231.0.1, localAddress: 10.231.0.2, hostAddress6: 'fd31::1',"
                        + " localAddress6: 'fd31::2', localMacAddress: '02:00:00:00:00:31'");
        JsonNode eth0 = addresses("t-pair", "eth0");
        assertThat(eth0.path("address").asText()).isEqualTo("02:00:00:00:00:31");
        assertThat(eth0.path("addr_info").findValuesAsText("local")).contains("10.231.0.2", "fd31::2");
        assertThat(fetched(network.run("curl", "-sS", "--max-time", "10", "http://10.231.0.2/")))
                .isEqualTo("this is t-pair");
        assertThat(fetched(network.run("curl", "-sS", "--max-time", "10", "http://[fd31::2]/")))
                .isEqualTo("this is t-pair");
        String routes = inside("t-pair", "ip", "route").orFail().out();
        assertThat(routes).contains("default via 10.231.0.1 dev eth0");
        stop("t-pair");
    }

    @Test
    void bridgeConnectsContainers() throws IOException {
        network.run("ip", "link", "add", "t-br", "type", "bridge").orFail();
        network.run("ip", "link", "set", "t-br", "up").orFail();
        try {
            start("t-one", "privateNetwork: true, hostBridge: t-br, localAddress: 10.232.0.2/24");
            start("t-two", "privateNetwork: true, hostBridge: t-br, localAddress: 10.232.0.3/24");
            assertThat(fetched(
                            inside("t-one", "curl", "-sS", "--retry", "5", "--retry-all-errors", "http://10.232.0.3/")))
                    .isEqualTo("this is t-two");
            stop("t-one");
            stop("t-two");
        } finally {
            network.run("ip", "link", "delete", "t-br").orFail();
        }
    }

    @Test
    void extraVethsExistOnBothSides() throws IOException {
        start(
                "t-more",
                "privateNetwork: true, extraVeths: {back: {hostAddress: 10.233.0.1, localAddress: 10.233.0.2,"
                        + " localMacAddress: '02:00:00:00:00:33'}}");
        assertThat(addresses("t-more", "back").path("address").asText()).isEqualTo("02:00:00:00:00:33");
        assertThat(fetched(network.run("curl", "-sS", "--max-time", "10", "http://10.233.0.2/")))
                .isEqualTo("this is t-more");
        stop("t-more");
    }

    @Test
    void longContainerNameHasAnAlternativeInterfaceName() throws IOException {
        String name = "t-longer-than-any-interface";
        start(name, "privateNetwork: true, hostAddress: 10.234.0.1, localAddress: 10.234.0.2");
        assertThat(fetched(network.run("curl", "-sS", "--max-time", "10", "http://10.234.0.2/")))
                .isEqualTo("this is " + name);
        stop(name);
    }

    @Test
    void movedInterfaceReturnsToTheHost() throws IOException {
        network.run("ip", "link", "add", "t-m0", "type", "veth", "peer", "name", "t-m1")
                .orFail();
        try {
            start("t-moving", "interfaces: [t-m0]");
            assertThat(network.interfaces()).doesNotContain("t-m0");
            assertThat(addresses("t-moving", "t-m0").path("ifname").asText()).isEqualTo("t-m0");
            stop("t-moving");
            assertThat(network.interfaces()).contains("t-m0");
        } finally {
            network.run("ip", "link", "delete", "t-m1").orFail();
        }
    }

    @Test
    void networkNamespaceIsJoined() throws IOException {
        try (var other = new TestNetwork()) {
            start("t-joined", "labels: {policy: privileged}, networkNamespace: " + other.path());
            assertThat(fetched(other.run("curl", "-sS", "--max-time", "10", "http://127.0.0.1/")))
                    .isEqualTo("this is t-joined");
            stop("t-joined");
        }
    }

    @Test
    void interfacesOfAnEarlierRunAreRemovedFirst() throws IOException {
        network.run("ip", "link", "add", "ve-t-crashed", "type", "veth", "peer", "name", "t-left")
                .orFail();
        network.run("ip", "link", "set", "dev", "ve-t-crashed", "alias", "hatchery:t-crashed")
                .orFail();
        start("t-crashed", "privateNetwork: true, hostAddress: 10.235.0.1, localAddress: 10.235.0.2");
        assertThat(network.interfaces()).doesNotContain("t-left");
        assertThat(fetched(network.run("curl", "-sS", "--max-time", "10", "http://10.235.0.2/")))
                .isEqualTo("this is t-crashed");
        stop("t-crashed");
    }

    @Test
    void interfaceOfTheHostIsNeverRemoved() throws IOException {
        network.run("ip", "link", "add", "t-host", "type", "veth", "peer", "name", "t-peer")
                .orFail();
        try {
            apply("t-greedy", server("t-greedy", "privateNetwork: true, extraVeths: {t-host: {}}"));
            JsonNode outcome = command("start", "t-greedy");
            assertThat(outcome.path("outcome").asText()).isEqualTo("failed");
            assertThat(outcome.path("reason").asText()).contains("t-host is there already", "rename it");
            assertThat(network.interfaces()).contains("t-host", "t-peer");
        } finally {
            network.run("ip", "link", "delete", "t-host").orFail();
        }
    }

    @Test
    void failedNetworkSetupFailsTheStartAndIsCleanedUp() throws IOException {
        apply("t-nobridge", server("t-nobridge", "privateNetwork: true, extraVeths: {x: {hostBridge: t-none}}"));
        assertThat(command("start", "t-nobridge").path("outcome").asText()).isEqualTo("failed");
        assertThat(Files.readString(installation.data().resolve("runner/console/t-nobridge.log")))
                .contains("ip link set dev x master t-none failed");
    }
}
