package io.hatchery.acceptance.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.Fleet;
import io.hatchery.acceptance.fixture.FleetHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The units of the package: gateway, config-service and runner on a systemd host, confined, against a broker. */
class PackagedServicesTest {
    /** Bits of capability sets (linux/capability.h). */
    private static final int CAP_SYS_MODULE = 16;

    private static final int CAP_SYS_ADMIN = 21;

    private static Fleet fleet;
    private static FleetHost host;
    private static Api api;

    @BeforeAll
    static void boot() {
        fleet = Fleet.ofTwoWithPackagedServices();
        host = fleet.host(1);
        api = fleet.api();
    }

    @AfterAll
    static void end() {
        fleet.close();
    }

    private static Map<String, String> statusOf(String unit) {
        String pid = host.systemctl("show", unit, "-p", "MainPID", "--value");
        var status = new TreeMap<String, String>();
        host.output("cat", "/proc/" + pid + "/status").lines().forEach(line -> {
            String[] parts = line.split(":\\s*", 2);
            status.put(parts[0], parts[1]);
        });
        return status;
    }

    @Test
    void gatewayAndConfigServiceRunAsTheirOwnUsersWithoutCapabilities() {
        for (String service : List.of("gateway", "config-service")) {
            Map<String, String> status = statusOf("hatchery-" + service);
            String uid = host.output("id", "-u", "hatchery-" + service);
            assertThat(status.get("Uid").split("\\s+")).containsOnly(uid);
            assertThat(uid).isNotEqualTo("0");
            for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
                assertThat(status).as(service).containsEntry(set, "0".repeat(16));
            }
            assertThat(status).as(service).containsEntry("NoNewPrivs", "1").containsEntry("Seccomp", "2");
            assertThat(host.output("stat", "-c", "%a %U", "/var/lib/hatchery-" + service))
                    .isEqualTo("700 hatchery-" + service);
        }
    }

    /** The unit allows the namespaces that this takes; config-service would warn when it starts. */
    @Test
    void configurationsAreEvaluatedWithoutANetwork() {
        assertThat(host.run("sh", "-c", "command -v nix-instantiate").code()).isZero();
        assertThat(host.output("journalctl", "-u", "hatchery-config-service", "-o", "cat", "--no-pager"))
                .contains("config-service is ready")
                .doesNotContain("with access to the network");
    }

    @Test
    void servicesReadNoCredentialsOfOthers() {
        Map<String, List<String>> others = Map.of(
                "hatchery-gateway",
                List.of(
                        "/etc/hatchery/config-service.client.properties",
                        "/etc/hatchery/config-service.record-keys.properties",
                        "/etc/hatchery/config-service.properties",
                        "/etc/hatchery/client.properties",
                        "/etc/hatchery/runner.properties",
                        "/var/lib/hatchery-config-service/instance"),
                "hatchery-config-service",
                List.of(
                        "/etc/hatchery/gateway.client.properties",
                        "/etc/hatchery/gateway.record-keys.properties",
                        "/etc/hatchery/gateway.properties",
                        "/etc/hatchery/client.properties",
                        "/etc/hatchery/runner.properties",
                        "/var/lib/hatchery-gateway/admin.token"));
        others.forEach((user, files) -> files.forEach(file -> {
            assertThat(host.run("test", "-e", file).code()).as(file).isZero();
            assertThat(host.run("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups", "cat", file)
                            .err())
                    .contains("Permission denied");
        }));
    }

    @Test
    void runnerLacksTheCapabilitiesThatNoContainerHas() {
        Map<String, String> status = statusOf("hatchery-runner");
        long bounding = Long.parseUnsignedLong(status.get("CapBnd"), 16);
        assertThat(bounding >>> CAP_SYS_MODULE & 1).isZero();
        assertThat(bounding >>> CAP_SYS_ADMIN & 1).isOne();
        // With a filter of its own, the kernel would not let it read those of containers.
        assertThat(status).containsEntry("Seccomp", "0").containsEntry("NoNewPrivs", "0");
    }

    @Test
    void containerRunsWithTheSystemdDriver() {
        for (int number : List.of(1, 2)) {
            FleetHost at = fleet.host(number);
            String name = "t-packaged-" + at.name();
            at.startIdle(name, "\"privateNetwork\": true");
            assertThat(at.isActive(name)).isEqualTo("active");
            // The units of containers have what they had: systemd starts them, and not the runner.
            assertThat(api.command("stop", name).path("stoppedBy").asText()).isEqualTo("halted");
            at.assertGone(name);
        }
    }

    @Test
    void containerRunsWithTheDirectDriver() throws IOException {
        // On the other one the freezer hierarchy is read-only, as nspawn mounts it in this host.
        FleetHost at = host;
        Path settings = at.at("/etc/hatchery/runner.properties");
        String before = Files.readString(settings);
        Files.writeString(settings, "runner.driver=direct\n", StandardOpenOption.APPEND);
        at.systemctl("restart", "hatchery-runner");
        at.awaitRunner();
        try {
            at.defineIdle(
                    "t-direct",
                    "\"privateNetwork\": true",
                    "\"allowedDevices\": [{\"node\": \"/dev/net/tun\", \"modifier\": \"rw\"}]");
            api.completes("start", "t-direct");
            JsonNode running = api.await("t-direct", "running");
            assertThat(at.output(
                            "nsenter",
                            "-t",
                            running.at("/status/leader").asText(),
                            "-a",
                            "/bin/sh",
                            "-c",
                            "echo x >/dev/null && head -c 1 /dev/urandom | wc -c"))
                    .isEqualTo("1");
            assertThat(api.command("stop", "t-direct").path("stoppedBy").asText())
                    .isEqualTo("halted");
            api.delete("/v1/containers/t-direct");
        } finally {
            Files.writeString(settings, before);
            at.systemctl("restart", "hatchery-runner");
            at.awaitRunner();
        }
    }

    @Test
    void gatewayReadsTheNixCacheOfConfigServiceAndDoesNotWriteIt() {
        String cache = "/var/lib/hatchery-nix-cache";
        host.output(
                "setpriv",
                "--reuid=hatchery-config-service",
                "--regid=hatchery-config-service",
                "--clear-groups",
                "sh",
                "-c",
                "umask 027; mkdir -p " + cache + "/nar; echo StoreDir: /nix/store >" + cache + "/nar/t-read");
        String gateway = "setpriv --reuid=hatchery-gateway --regid=hatchery-gateway --clear-groups ";
        assertThat(host.output("sh", "-c", gateway + "cat " + cache + "/nar/t-read"))
                .isEqualTo("StoreDir: /nix/store");
        assertThat(host.run("sh", "-c", gateway + "touch " + cache + "/nar/t-write")
                        .code())
                .isNotZero();
        assertThat(host.run("setpriv", "--reuid=nobody", "--clear-groups", "ls", cache)
                        .code())
                .isNotZero();
    }
}
