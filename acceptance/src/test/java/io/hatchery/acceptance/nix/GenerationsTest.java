package io.hatchery.acceptance.nix;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.NixInstallation;
import io.hatchery.acceptance.fixture.Nixpkgs;
import io.hatchery.acceptance.fixture.ProcessResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Generations of systems, rollbacks, and a fleet in Nix. */
@ExtendWith(NixInstallation.Shared.class)
class GenerationsTest {
    private static NixInstallation nix;
    private static Installation installation;
    private static Api api;

    @BeforeAll
    static void up(NixInstallation shared) {
        nix = shared;
        installation = nix.installation();
        api = installation.api();
    }

    private static List<String> paths(String name) {
        return api.get("/v1/containers/" + name + "/generations")
                .at("/items")
                .valueStream()
                .map(item -> item.path("path").asText())
                .toList();
    }

    @Test
    void generationsAreKeptAndCanBeRolledBack() throws Exception {
        String first = NixInstallation.systemOf(nix.build("t-generations", NixInstallation.etc("one")));
        api.completes("start", "t-generations");
        String second = NixInstallation.systemOf(nix.build("t-generations", NixInstallation.etc("two")));
        api.await(
                "t-generations",
                c -> c.at("/status/generation").asInt() == 2
                        && c.at("/status/phase").asText().equals("running"));
        assertThat(nix.file("t-generations", "/etc/x")).isEqualTo("two");
        assertThat(paths("t-generations")).containsExactly(second, first);
        Path profile = Path.of("/nix/var/nix/profiles/per-container/t-generations");
        assertThat(profile.resolve("system-1-link").toRealPath()).hasToString(first);
        assertThat(profile.resolve("system").toRealPath()).hasToString(second);

        Api.Answer back = api.post("/v1/containers/t-generations/rollback");
        assertThat(back.status()).as("%s", back.body()).isEqualTo(200);
        assertThat(back.at("/definition/path").asText()).isEqualTo(first);
        assertThat(back.at("/definition").has("config")).isFalse();
        api.await(
                "t-generations",
                c -> c.at("/status/generation").asInt() == 3
                        && c.at("/status/phase").asText().equals("running"));
        assertThat(nix.file("t-generations", "/etc/x")).isEqualTo("one");
        assertThat(api.get("/v1/containers/t-generations/generations")
                        .at("/items/0/running")
                        .asBoolean())
                .isTrue();

        assertThat(api.post("/v1/containers/t-generations/rollback?to=2")
                        .at("/definition/path")
                        .asText())
                .isEqualTo(second);
        assertThat(api.post("/v1/containers/t-generations/rollback?to=77").status())
                .isEqualTo(404);

        Nixpkgs.collectGarbage();
        assertThat(Path.of(first)).exists();
        api.completes("restart", "t-generations");
        assertThat(nix.file("t-generations", "/etc/x")).isEqualTo("two");

        api.delete("/v1/containers/t-generations?wait=60s");
        assertThat(profile).doesNotExist();
    }

    @Test
    void failedSystemIsRolledBackAutomatically() {
        // The rollback may arrive while the system starts again; the runner then stops it gracefully first.
        ObjectNode options = nix.options("t-unready").put("startTimeout", "2s").put("stopTimeout", "2s");
        String good = NixInstallation.systemOf(
                nix.put("t-unready", options.deepCopy().put("config", NixInstallation.etc("good")))
                        .body());
        api.completes("start", "t-unready");
        Api.Answer changed =
                nix.put("t-unready", options.deepCopy().put("config", "{ boot.postBootCommands = \"sleep 1000\"; }"));
        assertThat(NixInstallation.systemOf(changed.body())).isNotEqualTo(good);

        JsonNode back = api.await(
                "t-unready",
                c -> c.at("/status/generation").asInt() == 3
                        && c.at("/status/phase").asText().equals("running"));
        assertThat(back.at("/definition/path").asText()).isEqualTo(good);
        assertThat(nix.file("t-unready", "/etc/x")).isEqualTo("good");
        assertThat(installation
                        .hatchery("events", "--container", "t-unready")
                        .orFail()
                        .out())
                .contains("not ready within its startTimeout of 2s", "start accepted");
    }

    @Test
    void failedSystemStaysWithoutAutomaticRollback() {
        ObjectNode options = nix.options("t-stays")
                .put("startTimeout", "2s")
                .put("rollbackOnFailure", false)
                .put("restart", "no");
        nix.put("t-stays", options.deepCopy().put("config", NixInstallation.etc("good")));
        api.completes("start", "t-stays");
        nix.put("t-stays", options.deepCopy().put("config", "{ boot.postBootCommands = \"sleep 1000\"; }"));
        JsonNode failed = api.await("t-stays", "failed");
        assertThat(failed.path("generation").asInt()).isEqualTo(2);
    }

    @Test
    void runningSystemIsSwitchedInPlace() {
        ObjectNode options = nix.options("t-switched").put("reloadIfChanged", true);
        nix.put("t-switched", options.deepCopy().put("config", NixInstallation.etc("one")));
        api.completes("start", "t-switched");
        long leader = api.container("t-switched").at("/status/leader").asLong();
        nix.put("t-switched", options.deepCopy().put("config", NixInstallation.etc("two")));
        JsonNode switched =
                api.await("t-switched", c -> c.at("/status/generation").asInt() == 2);
        assertThat(switched.at("/status/leader").asLong()).isEqualTo(leader);
        assertThat(nix.file("t-switched", "/etc/x")).isEqualTo("two");
    }

    private static String applied(Path file, String... more) {
        String[] words = Stream.concat(Stream.of("apply", "-f", file.toString()), Arrays.stream(more))
                .toArray(String[]::new);
        return installation.hatchery(words).orFail().out();
    }

    @Test
    void fleetInNixIsApplied() throws Exception {
        Path folder = Files.createDirectories(installation.roots().resolve("fleet-files"));
        String roots = installation.roots().toString();
        Files.createDirectories(folder.resolve("modules"));
        Files.writeString(folder.resolve("modules/motd.nix"), "{ environment.etc.motd.text = \"shared\"; }");
        Files.writeString(
                folder.resolve("more.nix"),
                "{ lib, ... }: { containers.t-fleet-two = { config = ./modules/motd.nix; root = \"%s/two\"; }; }"
                        .formatted(roots));
        Path fleet = Files.writeString(folder.resolve("fleet.nix"), """
                { lib, ... }: {
                  imports = [ ./more.nix ];
                  containers.t-fleet-one = {
                    autoStart = lib.mkDefault true;
                    root = "%s/one";
                    timeoutStartSec = "20s";
                    labels.tier = "front";
                    bindMounts."/data" = { hostPath = "%s"; mountPoint = "/data"; isReadOnly = true; };
                    config = { lib, ... }: { imports = [ ./modules/motd.nix ]; environment.etc.one.text = "inline"; };
                  };
                }
                """.formatted(roots, folder));
        assertThat(applied(fleet, "--dry-run").lines())
                .contains("t-fleet-one new: its system is evaluated", "t-fleet-two new: its system is evaluated");
        assertThat(api.get("/v1/containers/t-fleet-one").status()).isEqualTo(404);

        applied(fleet);
        JsonNode one = api.await("t-fleet-one", "running");
        assertThat(one.at("/spec/labels/tier").asText()).isEqualTo("front");
        assertThat(one.at("/spec/startTimeout").asText()).isEqualTo("20s");
        assertThat(nix.file("t-fleet-one", "/etc/one")).isEqualTo("inline");
        assertThat(nix.file("t-fleet-one", "/etc/motd")).isEqualTo("shared");
        assertThat(Path.of(NixInstallation.systemOf(api.container("t-fleet-two")), "etc/motd"))
                .hasContent("shared");
        assertThat(applied(fleet, "--dry-run").lines()).contains("t-fleet-one stays", "t-fleet-two stays");

        Files.writeString(folder.resolve("more.nix"), "{ }");
        Files.writeString(
                fleet, Files.readString(fleet).replace("inline", "changed").replace("front", "back"));
        assertThat(applied(fleet, "--dry-run", "--prune").lines())
                .contains("t-fleet-one restarts: path, labels", "t-fleet-two removed: no longer declared");
        ProcessResult unasked = installation.hatchery("apply", "-f", fleet.toString(), "--prune");
        assertThat(unasked.code()).isEqualTo(1);
        assertThat(unasked.err()).contains("t-fleet-two", "add --yes");

        Path bad = Files.writeString(
                folder.resolve("bad.nix"), "{ lib, ... }: { containers.t-x = { host = lib.nothing; }; }");
        ProcessResult refused = installation.hatchery("apply", "-f", bad.toString());
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("attribute 'nothing' missing", "bad.nix:1:");
        assertThat(refused.err()).doesNotContain("Exception");
    }

    @Test
    void modulesAreReadFromFilesBesideTheDefinition() throws Exception {
        Path folder = Files.createDirectories(installation.data().resolve("beside/module"));
        Files.writeString(folder.resolve("default.nix"), "{ imports = [ ./etc.nix ]; }");
        Files.writeString(folder.resolve("etc.nix"), "{ environment.etc.x.text = \"beside\"; }");
        Path definition = Files.writeString(
                folder.resolveSibling("t-beside.yaml"),
                "config: {directory: module}\nroot: " + installation.roots().resolve("beside") + "\n");
        assertThat(applied(definition)).contains("t-beside defined, generation 1");
        assertThat(Path.of(NixInstallation.systemOf(api.container("t-beside")), "etc/x"))
                .hasContent("beside");
    }
}
