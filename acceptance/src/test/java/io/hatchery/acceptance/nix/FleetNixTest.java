package io.hatchery.acceptance.nix;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.Fleet;
import io.hatchery.acceptance.fixture.FleetHost;
import io.hatchery.acceptance.fixture.Nixpkgs;
import io.hatchery.acceptance.fixture.SharedFleet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** NixOS systems on systemd hosts whose stores are filled from the gateway's cache only. */
@ExtendWith(SharedFleet.class)
class FleetNixTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static List<FleetHost> hosts;
    private static Api api;

    @BeforeAll
    static void up(Fleet fleet) {
        hosts = List.of(fleet.host(1), fleet.host(2));
        api = fleet.api();
    }

    @AfterAll
    static void down() {
        Nixpkgs.collectGarbage();
    }

    private static String define(String name, FleetHost host, String config, boolean autoStart) {
        ObjectNode options = JSON.createObjectNode()
                .put("host", host.name())
                .put("autoStart", autoStart)
                .put("startTimeout", "20s")
                .put("config", config);
        Api.Answer answer = api.put("/v1/containers/" + name + "?wait=2min", options.toString());
        assertThat(answer.status()).as("%s", answer.body()).isIn(200, 201);
        return answer.at("/spec/payload/path").asText();
    }

    private static String etc(String text) {
        return "{ environment.etc.x.text = \"" + text + "\"; }";
    }

    private static JsonNode running(String name, int generation) {
        return api.await(
                name,
                c -> c.at("/status/generation").asInt() == generation
                        && c.at("/status/phase").asText().equals("running"));
    }

    private static String file(FleetHost host, String name) {
        String leader = api.container(name).at("/status/leader").asText();
        return host.output("cat", "/proc/" + leader + "/root/etc/x");
    }

    @Test
    void systemIsFetchedReplacedAndRolledBackOnEveryHost() {
        String first = null;
        for (FleetHost host : hosts) {
            String name = "t-closure-" + host.name();
            first = define(name, host, etc("first"), false);
            api.completes("start", name);
            assertThat(host.isActive(name)).isEqualTo("active");
            assertThat(file(host, name)).isEqualTo("first");
            assertThat(host.output("nix-store", "--query", "--roots", first))
                    .contains("/nix/var/nix/profiles/per-container/" + name);
        }
        for (FleetHost host : hosts) {
            String name = "t-closure-" + host.name();
            String second = define(name, host, etc("second"), false);
            running(name, 2);
            assertThat(file(host, name)).isEqualTo("second");
            host.output("nix-store", "--gc");
            assertThat(host.systemctl("restart", "container-" + name)).isEmpty();
            assertThat(host.output("nix-store", "--check-validity", second)).isEmpty();
            assertThat(api.post("/v1/containers/" + name + "/rollback")
                            .at("/spec/payload/path")
                            .asText())
                    .isEqualTo(first);
            running(name, 3);
            assertThat(file(host, name)).isEqualTo("first");
            api.delete("/v1/containers/" + name + "?wait=60s");
            assertThat(host.run("test", "-e", "/nix/var/nix/profiles/per-container/" + name)
                            .code())
                    .isEqualTo(1);
        }
    }

    @Test
    void failedSystemIsRolledBackWithItsUnit() {
        FleetHost host = hosts.getFirst();
        String good = define("t-nix-way", host, etc("good"), false);
        api.completes("start", "t-nix-way");
        ObjectNode bad = JSON.createObjectNode()
                .put("host", host.name())
                .put("startTimeout", "2s")
                .put("config", "{ boot.postBootCommands = \"sleep 1000\"; }");
        api.put("/v1/containers/t-nix-way?wait=2min", bad.toString());
        running("t-nix-way", 3);
        assertThat(host.systemctl("cat", "container-t-nix-way")).contains(good + "/init");
        api.delete("/v1/containers/t-nix-way?wait=60s");
    }

    @Test
    void hostThatBootsOfflineStartsSystemsInItsStore() {
        FleetHost host = hosts.get(1);
        define("t-nix-boot", host, etc("alone"), true);
        running("t-nix-boot", 1);
        try (var _ = host.partition()) {
            host.reboot();
            org.awaitility.Awaitility.await()
                    .until(() -> host.isActive("t-nix-boot").equals("active"));
        }
        host.awaitRunner(); // until then the fleet shows the status before the reboot
        org.awaitility.Awaitility.await().ignoreExceptions().untilAsserted(() -> {
            running("t-nix-boot", 1);
            assertThat(file(host, "t-nix-boot")).isEqualTo("alone");
        });
        api.delete("/v1/containers/t-nix-boot?wait=60s");
    }
}
