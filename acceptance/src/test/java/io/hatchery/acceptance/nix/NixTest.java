package io.hatchery.acceptance.nix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.NixInstallation;
import io.hatchery.acceptance.fixture.Nixpkgs;
import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.Service;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Evaluation and builds of configurations, shared by containers with the same configuration. */
@ExtendWith(NixInstallation.Shared.class)
class NixTest {
    private static NixInstallation nix;
    private static Installation installation;
    private static Api api;

    @BeforeAll
    static void up(NixInstallation shared) {
        nix = shared;
        installation = nix.installation();
        api = installation.api();
    }

    @Test
    void configIsEvaluatedBuiltAndStarted() {
        JsonNode built =
                nix.build("t-config", "{ lib, ... }: { environment.etc.motd.text = lib.mkForce \"welcome\"; }");
        assertThat(NixInstallation.systemOf(built)).startsWith("/nix/store/");
        api.completes("start", "t-config");
        assertThat(nix.file("t-config", "/etc/motd")).isEqualTo("welcome");
        assertThat(nix.inside("t-config", "/run/current-system/sw/bin/hostname"))
                .isEqualTo("t-config");
        assertThat(api.get("/v1/containers/t-config/build-log").at("/lines").toString())
                .contains("evaluating");
        api.completes("stop", "t-config");
    }

    @Test
    void startWaitsForTheBuildOfTheSystem() {
        ObjectNode options = nix.options("t-eager").put("config", "{ system.extraSystemBuilderCmds = \"sleep 1\"; }");
        assertThat(api.put("/v1/containers/t-eager", options.toString()).status())
                .isEqualTo(202);
        api.completes("start", "t-eager");
        api.completes("stop", "t-eager");
    }

    @Test
    void containerModuleMatchesNixos() throws Exception {
        String config =
                "{ config, ... }: { environment.etc.x.text = builtins.toJSON [ config.boot.isContainer config.networking.useDHCP ]; }";
        Path etc = Path.of(NixInstallation.systemOf(nix.build("t-module", config)), "etc");
        assertThat(etc.resolve("x")).hasContent("[true,false]");
        String own = "{ networking.hostName = \"own\"; environment.etc.x.text = \"\"; }";
        assertThat(Path.of(NixInstallation.systemOf(nix.build("t-module", own)), "etc/hostname"))
                .hasContent("own");
    }

    @Test
    void configMayImportFiles() {
        ObjectNode options = nix.options("t-files");
        ObjectNode config = options.putObject("config");
        config.putObject("files")
                .put(
                        "default.nix",
                        "{ imports = [ ./parts/a.nix ]; environment.etc.b.text = builtins.readFile ./b.txt; }")
                .put("parts/a.nix", "{ site, ... }: { environment.etc.a.text = \"${site} ${toString ./.}\"; }")
                .put("b.txt", "from a file");
        options.putObject("specialArgs").put("site", "north");
        Api.Answer answer = nix.put("t-files", options);
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(201);
        Path etc = Path.of(NixInstallation.systemOf(answer.body()), "etc");
        assertThat(etc.resolve("b")).hasContent("from a file");
        assertThat(etc.resolve("a")).content().startsWith("north /nix/store/").endsWith("-hatchery-config/parts");
    }

    @Test
    void configThatUsesTheContainerNameIsEvaluatedPerContainer() {
        long evaluated = nix.systems("evaluated");
        String named = "{ config, ... }: { environment.etc.who.text = \"I am ${config.networking.hostName}\"; }";
        assertThat(Path.of(NixInstallation.systemOf(nix.build("t-one", named)), "etc/who"))
                .hasContent("I am t-one");
        assertThat(Path.of(NixInstallation.systemOf(nix.build("t-two", named)), "etc/who"))
                .hasContent("I am t-two");
        assertThat(nix.systems("evaluated") - evaluated).isEqualTo(2);
    }

    @Test
    void hundredContainersWithOneConfigShareAnEvaluation() {
        long evaluated = nix.systems("evaluated");
        long without = nix.systems("shared") + nix.systems("cached");
        String config = "{ environment.etc.many.text = \"the same for all\"; }";
        for (int i = 0; i < 100; i++) {
            Api.Answer answer = api.put(
                    "/v1/containers/t-many-" + i,
                    nix.options("t-many-" + i).put("config", config).toString());
            assertThat(answer.status()).isIn(201, 202);
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> nix.systems("shared") + nix.systems("cached") - without == 99);
        assertThat(nix.systems("evaluated") - evaluated).isEqualTo(1);
        String system = NixInstallation.systemOf(
                api.await("t-many-0", c -> c.at("/spec/payload/path").isTextual()));
        assertThat(NixInstallation.systemOf(
                        api.await("t-many-99", c -> c.at("/spec/payload/path").isTextual())))
                .isEqualTo(system);
    }

    @Test
    void evaluationErrorNamesItsPlaceAndKeepsTheLastSystem() {
        String good = NixInstallation.systemOf(nix.build("t-bad", "{ }"));
        assertThat(NixInstallation.messages(nix.put(
                        "t-bad",
                        nix.options("t-bad").put("config", "{ lib, ... }:\n{ environment.etc.x.text = lib.none; }"))))
                .singleElement()
                .asString()
                .startsWith("configuration.nix:2:28 of the definition of t-bad: attribute 'none' missing")
                .contains("… while evaluating");
        assertThat(NixInstallation.messages(
                        nix.put("t-bad", nix.options("t-bad").put("config", "{ environment.etcetera = 1; }"))))
                .singleElement()
                .asString()
                .contains("The option `containers.t-bad.environment.etcetera' does not exist", "configuration.nix");
        JsonNode container = api.container("t-bad");
        assertThat(container.at("/evaluation/state").asText()).isEqualTo("failed");
        assertThat(NixInstallation.systemOf(container)).isEqualTo(good);
    }

    @Test
    void buildErrorHasTheLastLinesOfTheLog() {
        String config = "{ system.extraSystemBuilderCmds = \"echo no such thing; exit 3\"; }";
        assertThat(NixInstallation.messages(
                        nix.put("t-unbuilt", nix.options("t-unbuilt").put("config", config))))
                .singleElement()
                .asString()
                .contains("failed with exit code 3", "no such thing");
        assertThat(api.get("/v1/containers/t-unbuilt/build-log").at("/lines").toString())
                .contains("no such thing");
    }

    @Test
    void evaluationReadsOnlyTheDefinitionAndNixpkgs() throws Exception {
        Path secret = Files.writeString(installation.data().resolve("secret.nix"), "{ }");
        for (String forbidden : List.of(
                "builtins.readFile /etc/shadow",
                "builtins.readFile (/. + \"/etc/shadow\")",
                "toString (import " + secret + ")",
                "\"${/etc/hostname}\"",
                "toString (builtins.readDir /root)",
                "builtins.readFile (builtins.path { path = /etc/shadow; name = \"x\"; })",
                "builtins.readFile ../../../../../etc/shadow",
                "toString (builtins.fetchurl \"" + api.base() + "/healthz\")",
                "toString (builtins.fetchGit \"" + Installation.REPOSITORY + "\")")) {
            assertThat(NixInstallation.messages(nix.put(
                            "t-nosy",
                            nix.options("t-nosy").put("config", "{ environment.etc.x.text = " + forbidden + "; }"))))
                    .as(forbidden)
                    .singleElement()
                    .asString()
                    .containsPattern("is forbidden in restricted mode|in restricted mode");
        }
    }

    @Test
    void evaluationOverItsMemoryLimitIsEnded() {
        String config = "{ environment.etc.x.text = toString (builtins.length (builtins.genList (i: i) 2000000000)); }";
        assertThat(NixInstallation.messages(
                        nix.put("t-greedy", nix.options("t-greedy").put("config", config))))
                .singleElement()
                .asString()
                .containsPattern("memory");
    }

    @Test
    void evaluationBuildsNoDerivationToReadIt() {
        String config = """
                { environment.etc.x.text = builtins.readFile (derivation {
                    name = "x"; builder = "/bin/sh"; args = [ "-c" "echo x > $out" ]; system = builtins.currentSystem; }); }""";
        assertThat(NixInstallation.messages(
                        nix.put("t-ifd", nix.options("t-ifd").put("config", config))))
                .singleElement()
                .asString()
                .contains("allow-import-from-derivation");
    }

    @Test
    void newerDefinitionCancelsTheOlderEvaluation() {
        ObjectNode slow = nix.options("t-slow").put("config", "{ system.extraSystemBuilderCmds = \"sleep 1000\"; }");
        Api.Answer first = api.put("/v1/containers/t-slow", slow.toString());
        assertThat(first.status()).isEqualTo(202);
        assertThat(first.at("/evaluation/state").asText()).isEqualTo("building");
        await().until(NixTest::sleeps);
        nix.build("t-slow", "{ environment.etc.quick.text = \"\"; }");
        await().until(() -> !sleeps());
    }

    private static boolean sleeps() {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .anyMatch(line -> line.contains("busybox sleep 1000"));
    }

    @Test
    void builtSystemsAreKnownAfterARestart() {
        JsonNode before = nix.build("t-known", NixInstallation.etc("known"));
        long evaluated = nix.systems("evaluated");
        installation.killHard(Service.CONFIG);
        installation.start(Service.CONFIG);
        assertThat(NixInstallation.systemOf(nix.build("t-known-too", NixInstallation.etc("known"))))
                .isEqualTo(NixInstallation.systemOf(before));
        assertThat(nix.systems("evaluated")).isEqualTo(evaluated);
        assertThat(api.container("t-known").path("generation").asInt()).isEqualTo(1);
    }

    @Test
    void flakeIsEvaluatedAndBuilt() throws Exception {
        Path flake = Files.createDirectories(nix.flakes().resolve("t-flake"));
        Files.writeString(flake.resolve("flake.nix"), """
                { outputs = { self }: { nixosConfigurations.t-flake = import ./nixpkgs/nixos/lib/eval-config.nix {
                    system = "x86_64-linux"; modules = [ { environment.etc.x.text = "of a flake"; } ]; }; }; }""");
        ProcessResult.toEnd(new ProcessBuilder(
                        "cp",
                        "-r",
                        Nixpkgs.tree().toString(),
                        flake.resolve("nixpkgs").toString()))
                .orFail();
        Api.Answer built = nix.put("t-flake", nix.options("t-flake").put("flake", "path:" + flake));
        assertThat(built.status()).as("%s", built.body()).isEqualTo(201);
        assertThat(Path.of(NixInstallation.systemOf(built.body()), "etc/x")).hasContent("of a flake");
        assertThat(NixInstallation.messages(
                        nix.put("t-flake", nix.options("t-flake").put("flake", "path:" + flake + "#none"))))
                .singleElement()
                .asString()
                .contains("does not provide attribute");
    }
}
