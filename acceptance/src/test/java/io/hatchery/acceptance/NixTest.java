package io.hatchery.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Configurations become systems, and systems follow each other and go back, on a host that has the store they are built in. */
class NixTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BUILT = "?wait=2min";
    private static Installation installation;
    private static Api api;

    @BeforeAll
    static void up() {
        installation = Nixpkgs.installation();
        installation.environment().put("HATCHERY_CONFIG_EVALUATION_MEMORY", "2048");
        Installation.running(installation);
        api = installation.api();
    }

    @AfterAll
    static void down() {
        Traffic.assertValid(installation);
        installation.close();
        Nixpkgs.cleanUp();
    }

    private static ObjectNode options(String name) {
        return JSON.createObjectNode()
                .put("root", installation.roots().resolve(name).toString())
                .put("startTimeout", "20s");
    }

    private static Api.Answer put(String name, ObjectNode options) {
        return api.put("/v1/containers/" + name + BUILT, options.toString());
    }

    /** Defines a container by that configuration and waits until it is built. */
    private static JsonNode build(String name, String config) {
        Api.Answer answer = put(name, options(name).put("config", config));
        assertThat(answer.status()).as("%s", answer.body()).isIn(200, 201);
        return answer.body();
    }

    private static String systemOf(JsonNode container) {
        return container.at("/spec/payload/path").asText();
    }

    private static String inside(String name, String... command) {
        long leader = api.container(name).at("/status/leader").asLong();
        List<String> all = Stream.concat(
                        Stream.of("nsenter", "-t", String.valueOf(leader), "-a"), Arrays.stream(command))
                .toList();
        var builder = new ProcessBuilder(all);
        builder.environment().put("PATH", "/run/current-system/sw/bin:/usr/bin:/bin");
        return Ran.toEnd(builder).orFail().out().strip();
    }

    private static String file(String name, String path) {
        return inside(name, "/run/current-system/sw/bin/cat", path);
    }

    private static List<String> messages(Api.Answer refused) {
        assertThat(refused.status()).as("%s", refused.body()).isEqualTo(422);
        return refused.at("/errors")
                .valueStream()
                .map(error -> error.path("origin").asText() + ": "
                        + error.path("message").asText())
                .toList();
    }

    private static long systems(String source) {
        try {
            String metrics = api.http()
                    .send(api.request("/metrics").build(), BodyHandlers.ofString())
                    .body();
            return metrics.lines()
                    .filter(line -> line.startsWith("hatchery_systems_total{source=\"" + source + "\""))
                    .mapToLong(line -> (long) Double.parseDouble(line.split(" ")[1]))
                    .sum();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aConfigurationIsEvaluatedBuiltAndRun() {
        JsonNode built = build("t-config", "{ lib, ... }: { environment.etc.motd.text = lib.mkForce \"welcome\"; }");
        assertThat(systemOf(built)).startsWith("/nix/store/");
        api.completes("start", "t-config");
        assertThat(file("t-config", "/etc/motd")).isEqualTo("welcome");
        assertThat(inside("t-config", "/run/current-system/sw/bin/hostname")).isEqualTo("t-config");
        assertThat(api.get("/v1/containers/t-config/build-log").at("/lines").toString())
                .contains("evaluating");
        api.completes("stop", "t-config");
    }

    @Test
    void aConfigurationMayBeSeveralFilesThatImportEachOther() {
        ObjectNode options = options("t-files");
        ObjectNode config = options.putObject("config");
        config.putObject("files")
                .put(
                        "default.nix",
                        "{ imports = [ ./parts/a.nix ]; environment.etc.b.text = builtins.readFile ./b.txt; }")
                .put("parts/a.nix", "{ site, ... }: { environment.etc.a.text = \"${site} ${toString ./.}\"; }")
                .put("b.txt", "from a file");
        options.putObject("specialArgs").put("site", "north");
        Api.Answer answer = put("t-files", options);
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(201);
        Path etc = Path.of(systemOf(answer.body()), "etc");
        assertThat(etc.resolve("b")).hasContent("from a file");
        assertThat(etc.resolve("a")).content().startsWith("north /nix/store/").endsWith("-hatchery-config/parts");
    }

    @Test
    void whatDependsOnItsNameHasItsOwnAndOthersShareOneEvaluation() {
        long evaluated = systems("evaluated");
        String named = "{ config, ... }: { environment.etc.who.text = \"I am ${config.networking.hostName}\"; }";
        assertThat(Path.of(systemOf(build("t-one", named)), "etc/who")).hasContent("I am t-one");
        assertThat(Path.of(systemOf(build("t-two", named)), "etc/who")).hasContent("I am t-two");
        assertThat(systems("evaluated") - evaluated).isEqualTo(2);
    }

    @Test
    void aHundredContainersWithOneConfigurationAreEvaluatedOnce() {
        long evaluated = systems("evaluated");
        long without = systems("shared") + systems("cached");
        String config = "{ environment.etc.many.text = \"the same for all\"; }";
        for (int i = 0; i < 100; i++) {
            Api.Answer answer = api.put(
                    "/v1/containers/t-many-" + i,
                    options("t-many-" + i).put("config", config).toString());
            assertThat(answer.status()).isIn(201, 202);
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> systems("shared") + systems("cached") - without == 99);
        assertThat(systems("evaluated") - evaluated).isEqualTo(1);
        String system =
                systemOf(api.await("t-many-0", c -> c.at("/spec/payload/path").isTextual()));
        assertThat(systemOf(
                        api.await("t-many-99", c -> c.at("/spec/payload/path").isTextual())))
                .isEqualTo(system);
    }

    @Test
    void whatCannotBeEvaluatedIsSaidWithItsPlaceAndTheLastGoodSystemStays() {
        String good = systemOf(build("t-bad", "{ }"));
        assertThat(messages(put(
                        "t-bad",
                        options("t-bad").put("config", "{ lib, ... }:\n{ environment.etc.x.text = lib.none; }"))))
                .singleElement()
                .asString()
                .startsWith("configuration.nix:2:28 of the definition of t-bad: attribute 'none' missing")
                .contains("… while evaluating");
        assertThat(messages(put("t-bad", options("t-bad").put("config", "{ environment.etcetera = 1; }"))))
                .singleElement()
                .asString()
                .contains("The option `containers.t-bad.environment.etcetera' does not exist", "configuration.nix");
        JsonNode container = api.container("t-bad");
        assertThat(container.at("/evaluation/state").asText()).isEqualTo("failed");
        assertThat(systemOf(container)).isEqualTo(good);
    }

    @Test
    void whatCannotBeBuiltIsSaidWithTheLastThatWasPrinted() {
        String config = "{ system.extraSystemBuilderCmds = \"echo no such thing; exit 3\"; }";
        assertThat(messages(put("t-unbuilt", options("t-unbuilt").put("config", config))))
                .singleElement()
                .asString()
                .contains("failed with exit code 3", "no such thing");
        assertThat(api.get("/v1/containers/t-unbuilt/build-log").at("/lines").toString())
                .contains("no such thing");
    }

    @Test
    void aDefinitionReadsNothingButItselfAndItsNixpkgs() throws Exception {
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
            assertThat(messages(put(
                            "t-nosy",
                            options("t-nosy").put("config", "{ environment.etc.x.text = " + forbidden + "; }"))))
                    .as(forbidden)
                    .singleElement()
                    .asString()
                    .containsPattern("is forbidden in restricted mode|in restricted mode");
        }
    }

    @Test
    void anEvaluationThatWantsAllMemoryIsEnded() {
        String config = "{ environment.etc.x.text = toString (builtins.length (builtins.genList (i: i) 2000000000)); }";
        assertThat(messages(put("t-greedy", options("t-greedy").put("config", config))))
                .singleElement()
                .asString()
                .containsPattern("memory");
    }

    @Test
    void anEvaluationBuildsNothingThatItReads() {
        String config = """
                { environment.etc.x.text = builtins.readFile (derivation {
                    name = "x"; builder = "/bin/sh"; args = [ "-c" "echo x > $out" ]; system = builtins.currentSystem; }); }""";
        assertThat(messages(put("t-ifd", options("t-ifd").put("config", config))))
                .singleElement()
                .asString()
                .contains("allow-import-from-derivation");
    }

    @Test
    void aNewerDefinitionGivesTheOlderEvaluationUp() {
        ObjectNode slow = options("t-slow").put("config", "{ system.extraSystemBuilderCmds = \"sleep 1000\"; }");
        Api.Answer first = api.put("/v1/containers/t-slow", slow.toString());
        assertThat(first.status()).isEqualTo(202);
        assertThat(first.at("/evaluation/state").asText()).isEqualTo("building");
        await().until(() -> api.get("/v1/containers/t-slow/build-log")
                .at("/lines")
                .toString()
                .contains("building"));
        build("t-slow", "{ environment.etc.quick.text = \"\"; }");
        await().until(() -> ProcessHandle.allProcesses()
                .noneMatch(p -> p.info().commandLine().orElse("").contains("sleep 1000")
                        && p.info().commandLine().orElse("").contains("busybox")));
    }

    private static List<String> paths(String name) {
        return api.get("/v1/containers/" + name + "/generations")
                .at("/items")
                .valueStream()
                .map(item -> item.path("path").asText())
                .toList();
    }

    private static String etc(String text) {
        return "{ environment.etc.x.text = \"" + text + "\"; }";
    }

    @Test
    void generationsAreKeptOnTheHostAndGoneBackTo() throws Exception {
        String first = systemOf(build("t-generations", etc("one")));
        api.completes("start", "t-generations");
        String second = systemOf(build("t-generations", etc("two")));
        api.await(
                "t-generations",
                c -> c.at("/status/generation").asInt() == 2
                        && c.at("/status/phase").asText().equals("running"));
        assertThat(file("t-generations", "/etc/x")).isEqualTo("two");
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
        assertThat(file("t-generations", "/etc/x")).isEqualTo("one");
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
        assertThat(file("t-generations", "/etc/x")).isEqualTo("two");

        api.delete("/v1/containers/t-generations?wait=60s");
        assertThat(profile).doesNotExist();
    }

    @Test
    void aSystemThatDoesNotBecomeReadyGivesWayToTheLastThatDid() {
        ObjectNode options = options("t-unready").put("startTimeout", "2s");
        String good = systemOf(
                put("t-unready", options.deepCopy().put("config", etc("good"))).body());
        api.completes("start", "t-unready");
        Api.Answer changed =
                put("t-unready", options.deepCopy().put("config", "{ boot.postBootCommands = \"sleep 1000\"; }"));
        assertThat(systemOf(changed.body())).isNotEqualTo(good);

        JsonNode back = api.await(
                "t-unready",
                c -> c.at("/status/generation").asInt() == 3
                        && c.at("/status/phase").asText().equals("running"));
        assertThat(back.at("/definition/path").asText()).isEqualTo(good);
        assertThat(file("t-unready", "/etc/x")).isEqualTo("good");
        assertThat(installation
                        .hatchery("events", "--container", "t-unready")
                        .orFail()
                        .out())
                .contains("not ready within its startTimeout of 2s", "start accepted");
    }

    @Test
    void aSystemThatDoesNotBecomeReadyStaysWhereItIsToldTo() {
        ObjectNode options = options("t-stays")
                .put("startTimeout", "2s")
                .put("rollbackOnFailure", false)
                .put("restart", "no");
        put("t-stays", options.deepCopy().put("config", etc("good")));
        api.completes("start", "t-stays");
        put("t-stays", options.deepCopy().put("config", "{ boot.postBootCommands = \"sleep 1000\"; }"));
        JsonNode failed = api.await("t-stays", "failed");
        assertThat(failed.path("generation").asInt()).isEqualTo(2);
    }

    @Test
    void aRunningSystemIsSwitchedInPlace() {
        ObjectNode options = options("t-switched").put("reloadIfChanged", true);
        put("t-switched", options.deepCopy().put("config", etc("one")));
        api.completes("start", "t-switched");
        long leader = api.container("t-switched").at("/status/leader").asLong();
        put("t-switched", options.deepCopy().put("config", etc("two")));
        JsonNode switched =
                api.await("t-switched", c -> c.at("/status/generation").asInt() == 2);
        assertThat(switched.at("/status/leader").asLong()).isEqualTo(leader);
        assertThat(file("t-switched", "/etc/x")).isEqualTo("two");
    }

    @Test
    void whatWasBuiltIsKnownAfterARestart() {
        JsonNode before = build("t-known", etc("known"));
        long evaluated = systems("evaluated");
        installation.killHard(Service.CONFIG);
        installation.start(Service.CONFIG);
        assertThat(systemOf(build("t-known-too", etc("known")))).isEqualTo(systemOf(before));
        assertThat(systems("evaluated")).isEqualTo(evaluated);
        assertThat(api.container("t-known").path("generation").asInt()).isEqualTo(1);
    }

    @Test
    void aFlakeHasASystemToo() throws Exception {
        Path flake = Files.createDirectories(installation.data().resolve("flake"));
        Files.writeString(flake.resolve("flake.nix"), """
                { outputs = { self }: { nixosConfigurations.t-flake = import ./nixpkgs/nixos/lib/eval-config.nix {
                    system = "x86_64-linux"; modules = [ { environment.etc.x.text = "of a flake"; } ]; }; }; }""");
        Ran.toEnd(new ProcessBuilder(
                        "cp",
                        "-r",
                        Nixpkgs.tree().toString(),
                        flake.resolve("nixpkgs").toString()))
                .orFail();
        Api.Answer built = put("t-flake", options("t-flake").put("flake", "path:" + flake));
        assertThat(built.status()).as("%s", built.body()).isEqualTo(201);
        assertThat(Path.of(systemOf(built.body()), "etc/x")).hasContent("of a flake");
        assertThat(messages(put("t-flake", options("t-flake").put("flake", "path:" + flake + "#none"))))
                .singleElement()
                .asString()
                .contains("does not provide attribute");
    }

    private static String applied(Path file, String... more) {
        String[] words = Stream.concat(Stream.of("apply", "-f", file.toString()), Arrays.stream(more))
                .toArray(String[]::new);
        return installation.hatchery(words).orFail().out();
    }

    @Test
    void aFleetInNixIsAppliedAsNixosHasIt() throws Exception {
        Path folder = Files.createDirectories(installation.data().resolve("fleet"));
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
        assertThat(file("t-fleet-one", "/etc/one")).isEqualTo("inline");
        assertThat(file("t-fleet-one", "/etc/motd")).isEqualTo("shared");
        assertThat(Path.of(systemOf(api.container("t-fleet-two")), "etc/motd")).hasContent("shared");
        assertThat(applied(fleet, "--dry-run").lines()).contains("t-fleet-one stays", "t-fleet-two stays");

        Files.writeString(folder.resolve("more.nix"), "{ }");
        Files.writeString(
                fleet, Files.readString(fleet).replace("inline", "changed").replace("front", "back"));
        assertThat(applied(fleet, "--dry-run", "--prune").lines())
                .contains("t-fleet-one restarts: path, labels", "t-fleet-two removed: it is not declared any longer");
        Ran unasked = installation.hatchery("apply", "-f", fleet.toString(), "--prune");
        assertThat(unasked.code()).isEqualTo(1);
        assertThat(unasked.err()).contains("t-fleet-two", "say --yes");

        Path bad = Files.writeString(
                folder.resolve("bad.nix"), "{ lib, ... }: { containers.t-x = { host = lib.nothing; }; }");
        Ran refused = installation.hatchery("apply", "-f", bad.toString());
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("attribute 'nothing' missing", "bad.nix:1:");
        assertThat(refused.err()).doesNotContain("Exception");
    }

    @Test
    void definitionsTakeTheirModulesFromFilesBesideThem() throws Exception {
        Path folder = Files.createDirectories(installation.data().resolve("beside/module"));
        Files.writeString(folder.resolve("default.nix"), "{ imports = [ ./etc.nix ]; }");
        Files.writeString(folder.resolve("etc.nix"), "{ environment.etc.x.text = \"beside\"; }");
        Path definition = Files.writeString(
                folder.resolveSibling("t-beside.yaml"),
                "config: {directory: module}\nroot: " + installation.roots().resolve("beside") + "\n");
        assertThat(applied(definition)).contains("t-beside applied, generation 1");
        assertThat(Path.of(systemOf(api.container("t-beside")), "etc/x")).hasContent("beside");
    }
}
