package io.hatchery.acceptance.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hatchery.acceptance.fixture.HostState;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.Roots;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests of the command line as users and scripts call it. */
class CommandLineTest {
    private Installation installation;
    private Process up;

    @BeforeEach
    void create() throws Exception {
        installation = Installation.create();
        up = begin();
    }

    private Process begin() throws Exception {
        Path log = installation.data().resolveSibling("up.log");
        Files.deleteIfExists(log);
        Process process = installation
                .launcher("up")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        await().atMost(Duration.ofSeconds(60)).until(() -> Files.readString(log).contains("All services are ready"));
        return process;
    }

    @AfterEach
    void close() {
        up.destroyForcibly().onExit().join();
        installation.close();
    }

    @Test
    void commandLineManagesAFleet() throws Exception {
        Path root = Roots.busybox(installation.roots().resolve("cli"));
        Path definitions = Files.createDirectories(installation.data().resolveSibling("definitions"));
        Files.writeString(definitions.resolve("t-cli.yaml"), yaml(root));
        Files.writeString(definitions.resolve("t-cli-two.yaml"), yaml(root).replace("/cli", "/cli-two"));
        Roots.busybox(installation.roots().resolve("cli-two"));

        ProcessResult applied = installation.hatchery("apply", "-f", definitions.toString());
        assertThat(applied.code()).as(applied.err()).isZero();
        assertThat(installation.hatchery("start", "t-cli").orFail().out()).contains("start t-cli: completed");
        JsonNode list = json(installation.hatchery("list", "--output", "json"));
        assertThat(names(list)).containsExactly("t-cli", "t-cli-two");
        assertThat(installation.hatchery("list").orFail().out())
                .contains("NAME")
                .contains("running");
        assertThat(json(installation.hatchery("show", "t-cli"))
                        .at("/status/phase")
                        .asText())
                .isEqualTo("running");
        assertThat(installation.hatchery("hosts").orFail().out())
                .contains(Installation.HOST)
                .contains("ready");
        assertThat(installation
                        .hatchery("events", "--container", "t-cli")
                        .orFail()
                        .out())
                .contains("starting -> running");
        JsonNode plan = json(installation.hatchery("plan", "t-cli", "-o", "json"));
        assertThat(texts(plan.path("arguments")))
                .as("as the runner of its host has it")
                .isEqualTo(HostState.arguments(HostState.supervisors("t-cli").getFirst()));
        assertThat(installation.hatchery("stop", "t-cli").orFail().out()).contains("halted");
        assertThat(installation.hatchery("delete", "t-cli").orFail().code()).isZero();
        assertThat(names(json(installation.hatchery("list", "--output", "json"))))
                .containsExactly("t-cli-two");
        HostState.assertGone("t-cli", root);

        Files.delete(definitions.resolve("t-cli-two.yaml"));
        assertThat(installation
                        .hatchery("apply", "-f", definitions.toString(), "--prune", "--yes")
                        .orFail()
                        .out())
                .contains("t-cli defined", "t-cli-two removed");
        assertThat(names(json(installation.hatchery("list", "--output", "json"))))
                .containsExactly("t-cli");
    }

    @Test
    void planNeedsNeitherBrokerNorHost() throws Exception {
        Path file = Files.writeString(
                installation.data().resolveSibling("t-plan.yaml"),
                "containers: {t-one: {boot: true, privateNetwork: true, hostAddress: 10.0.0.1}, t-two: {boot: true}}");
        ProcessResult ran =
                installation.hatchery("plan", "-f", file.toString(), "-o", "json", "--url", "http://127.0.0.1:1");
        JsonNode plans = json(ran).path("containers");
        assertThat(texts(plans.at("/t-one/arguments"))).contains("--private-network", "--network-veth");
        assertThat(plans.at("/t-two/directives/KillMode/0").asText()).isEqualTo("mixed");
        assertThat(plans.at("/t-two/after")).isEmpty();
        Path bad = Files.writeString(installation.data().resolveSibling("t-noplan.yaml"), "boot: true\ncpus: 2\n");
        ProcessResult refused = installation.hatchery("plan", "-f", bad.toString());
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("containers.t-noplan.cpus");
    }

    private static List<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private static List<String> names(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(container -> container.path("name").asText())
                .toList();
    }

    private static String yaml(Path root) {
        return "root: " + root
                + "\ncommand: [/bin/sh, -c, \"trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done\"]\n";
    }

    private static JsonNode json(ProcessResult ran) throws Exception {
        return new ObjectMapper().readTree(ran.orFail().out());
    }

    @Test
    void mistakesGiveARemedyAndAnExitCode() throws Exception {
        ProcessResult unknown = installation.hatchery("start", "t-none");
        assertThat(unknown.code()).isEqualTo(1);
        assertThat(unknown.err()).contains("there is no container t-none");
        ProcessResult typo = installation.hatchery("list", "--set", "gateway.prot=1");
        assertThat(typo.code()).isEqualTo(1);
        assertThat(typo.err()).contains("did you mean gateway.port?");
        assertThat(installation.hatchery("frobnicate").code()).isEqualTo(2);
        Path file = Files.writeString(installation.data().resolveSibling("t-bad.yaml"), "root: x\nbooot: true\n");
        ProcessResult bad = installation.hatchery("apply", "-f", file.toString());
        assertThat(bad.code()).isEqualTo(1);
        assertThat(bad.err()).contains("containers.t-bad.root").contains("did you mean boot?");
        ProcessResult second = installation.hatchery("up");
        assertThat(second.code()).isEqualTo(1);
        assertThat(second.err()).contains("is taken");
    }

    @Test
    void tokenIsCreatedUsedListedAndRevoked() throws Exception {
        Path root = Roots.busybox(installation.roots().resolve("token"));
        Path file = Files.writeString(installation.data().resolveSibling("t-token.yaml"), yaml(root));
        installation.hatchery("apply", "-f", file.toString()).orFail();
        ProcessResult created = installation
                .hatchery("token", "create", "ci", "--role", "operator", "--scope", "tier=web", "--ttl", "30d")
                .orFail();
        assertThat(created.out()).matches("hatchery_[A-Za-z0-9_-]{43}\n");
        assertThat(created.err()).contains("operator of tier=web", "expires at");
        Path token = Files.writeString(installation.data().resolveSibling("ci.token"), created.out());

        assertThat(names(json(as(token, "list", "-o", "json")))).isEmpty();
        assertThat(as(token, "show", "t-token").err()).contains("there is no container t-token");
        assertThat(as(token, "apply", "-f", file.toString()).err()).contains("not in the scope of token/ci");
        Path mine = Files.writeString(
                installation.data().resolveSibling("t-mine.yaml"), yaml(root) + "labels: {tier: web}\n");
        as(token, "apply", "-f", mine.toString()).orFail();
        assertThat(names(json(as(token, "list", "-o", "json")))).containsExactly("t-mine");
        assertThat(json(as(token, "delete", "t-mine", "-o", "json")).toString()).contains("\"token/ci\"");
        assertThat(as(token, "token", "list").err()).contains("needs the role admin");

        assertThat(installation.hatchery("token", "list").orFail().out())
                .contains("ci", "operator", "tier=web", "admin");
        installation.hatchery("token", "revoke", "ci").orFail();
        assertThat(as(token, "list").err()).contains("rejects the token");
        assertThat(installation.hatchery("token", "revoke", "ci").err()).contains("there is no token ci");

        assertThat(installation.hatchery("audit").orFail().out())
                .contains("ci: operator of tier=web")
                .containsPattern("token/ci +putContainer +/v1/containers/t-token +403")
                .containsPattern("token/ci +deleteContainer +/v1/containers/t-mine +20[02]")
                .containsPattern("- +GET +/v1/containers +401")
                .containsPattern("admin +deleteToken +/v1/tokens/ci +204");
        assertThat(installation.hatchery("audit", "--verify").orFail().out()).contains(", 0 problems");
    }

    private ProcessResult as(Path token, String... arguments) throws Exception {
        return installation.hatchery(Stream.concat(Stream.of(arguments), Stream.of("--token-file", token.toString()))
                .toArray(String[]::new));
    }

    @Test
    void secretFilesAreReadableByTheirOwnerOnly() throws Exception {
        for (String name :
                new String[] {"admin.token", "client.properties", "kcat.conf", "users/fleet-keys.properties"}) {
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(installation.data().resolve(name))))
                    .as(name)
                    .isEqualTo("rw-------");
        }
        ProcessResult uninvited = ProcessResult.toEnd(new ProcessBuilder(
                "kcat",
                "-b",
                "127.0.0.1:" + installation.environment().get("HATCHERY_BROKER_PORT"),
                "-X",
                "socket.timeout.ms=2000",
                "-m",
                "3",
                "-L"));
        assertThat(uninvited.code()).isNotZero();
    }

    @Test
    void upLeavesContainersRunningAndDownRemovesThem() throws Exception {
        Path root = Roots.busybox(installation.roots().resolve("down"));
        Path file = Files.writeString(installation.data().resolveSibling("t-down.yaml"), yaml(root));
        installation.hatchery("apply", "-f", file.toString()).orFail();
        installation.hatchery("start", "t-down").orFail();
        long supervisor = HostState.supervisors("t-down").getFirst();

        long asked = System.nanoTime();
        up.destroy(); // SIGTERM; SIGINT of a terminal has the same handler
        assertThat(up.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - asked))
                .as("under 2 s on an idle machine; twice that where other tests run beside it")
                .isLessThan(Duration.ofSeconds(4));
        assertThat(Files.readString(installation.data().resolveSibling("up.log")))
                .contains("Containers keep running")
                .doesNotContain("[warning]");
        assertThat(HostState.supervisors("t-down")).containsExactly(supervisor);

        up = begin();
        assertThat(HostState.supervisors("t-down")).containsExactly(supervisor);
        ProcessResult down = installation.hatchery("down", "--yes");
        assertThat(down.code()).as(down.err()).isZero();
        assertThat(down.out()).contains("Everything is down");
        HostState.assertGone("t-down", root);
        assertThat(installation.data()).doesNotExist();
        assertThat(installation.runtime()).doesNotExist();
        assertThat(root).isDirectory();
    }

    /** The lines without the steps of operations. */
    private static List<String> results(ProcessResult run) {
        return run.orFail().out().lines().filter(line -> !line.startsWith(" ")).toList();
    }

    @Test
    void verbsAcceptNamesAllAndSelectors() throws Exception {
        for (String name : List.of("t-one", "t-two", "t-three")) {
            String tier = name.equals("t-three") ? "db" : "web";
            Path root = Roots.busybox(installation.roots().resolve(name));
            Path file = Files.writeString(
                    installation.data().resolveSibling(name + ".yaml"), yaml(root) + "labels: {tier: " + tier + "}\n");
            installation.hatchery("apply", "-f", file.toString()).orFail();
        }
        ProcessResult named = installation.hatchery("start", "t-one", "t-none", "t-two");
        assertThat(named.code()).isEqualTo(1);
        assertThat(named.out()).contains("start t-one: completed", "start t-two: completed");
        assertThat(named.err()).contains("t-none: there is no container t-none");
        assertThat(results(installation.hatchery("start", "--all"))).hasSize(3);
        ProcessResult stopped = installation.hatchery("stop", "--selector", "tier!=db");
        assertThat(results(stopped))
                .allSatisfy(line -> assertThat(line).matches("stop t-\\w+: completed in [0-9.]+s, stopped: .*"))
                .hasSize(2);
        assertThat(stopped.out().lines().filter(line -> line.startsWith("  ")))
                .as("steps")
                .anySatisfy(line -> assertThat(line).matches(" +\\+[0-9.]+s {2}sent SIG.*"))
                .anySatisfy(line -> assertThat(line).matches(" +\\+[0-9.]+s {2}exited with status .*"));
        assertThat(names(json(installation.hatchery("list", "-l", "tier=web", "-o", "json"))))
                .containsExactly("t-one", "t-two");
        assertThat(installation.hatchery("stop", "-l", "tier=none").err()).contains("no container matches tier=none");
        ProcessResult unasked = installation.hatchery("delete", "--all");
        assertThat(unasked.code()).isEqualTo(1);
        assertThat(unasked.err()).contains("add --yes");
        assertThat(json(installation.hatchery("delete", "--all", "--yes", "-o", "json")))
                .hasSize(3);
        assertThat(json(installation.hatchery("list", "-o", "json"))).isEmpty();
    }

    @Test
    void unchangedDefinitionsAreNotWrittenAgain() throws Exception {
        byte[] input = "containers: {t-in: {root: /nowhere, command: [/bin/true]}}".getBytes(StandardCharsets.UTF_8);
        assertThat(ProcessResult.toEnd(installation.launcher("apply", "-f", "-"), input)
                        .orFail()
                        .out())
                .contains("t-in defined");
        int revision =
                json(installation.hatchery("show", "t-in")).path("revision").asInt(-1);
        assertThat(ProcessResult.toEnd(installation.launcher("apply", "-f", "-"), input)
                        .orFail()
                        .out())
                .isEqualTo("t-in unchanged\n");
        assertThat(json(installation.hatchery("show", "t-in")).path("revision").asInt(-2))
                .isEqualTo(revision);
    }

    @Test
    void unknownNamesAreErrors() {
        for (String[] command : new String[][] {
            {"events", "--container", "t-none"},
            {"watch", "--container", "t-none"},
            {"watch", "--host", "t-none"},
            {"list", "--host", "t-none"},
            {"show", "t-none"}
        }) {
            ProcessResult ran = installation.hatchery(command);
            assertThat(ran.code()).as(String.join(" ", command)).isEqualTo(1);
            assertThat(ran.err()).startsWith("hatchery: ").contains("t-none").hasLineCount(1);
        }
        assertThat(installation.hatchery("list", "--sort", "sideways").err())
                .startsWith("hatchery: --sort: write one of name, -name, host,")
                .hasLineCount(1);
        assertThat(installation.hatchery("list", "--phase", "sideways").err())
                .startsWith("hatchery: --phase: no such phase 'sideways'")
                .hasLineCount(1);
        installation.environment().put("HATCHERY_TOKEN", "wrong");
        assertThat(installation.hatchery("list").err())
                .contains("rejects the token of HATCHERY_TOKEN")
                .hasLineCount(1);
    }

    /** The steps of an operation follow its outcome, indented. */
    private static List<String> withoutSteps(List<String> output) {
        return output.stream()
                .filter(line -> !line.matches("  \\+\\d+\\.\\d{3}s  .*"))
                .toList();
    }

    @Test
    void eventsAreMergedByTimeAndFollowed() throws Exception {
        for (String name : List.of("t-ev-a", "t-ev-b", "t-ev-c")) {
            Path root = Roots.busybox(installation.roots().resolve(name));
            Path file = Files.writeString(installation.data().resolveSibling(name + ".yaml"), yaml(root));
            installation.hatchery("apply", "-f", file.toString()).orFail();
        }
        installation.hatchery("start", "--all").orFail();
        List<String> output =
                installation.hatchery("events").orFail().out().lines().toList();
        List<String> events = withoutSteps(output);
        assertThat(output).hasSizeGreaterThan(events.size());
        assertThat(events).allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z  .*"));
        assertThat(events).extracting(line -> line.substring(0, 24)).isSorted();
        assertThat(withoutSteps(installation
                        .hatchery("events", "--limit", "2")
                        .orFail()
                        .out()
                        .lines()
                        .toList()))
                .containsExactlyElementsOf(events.subList(events.size() - 2, events.size()));
        assertThat(installation.hatchery("events", "--until", "1h").orFail().out())
                .isEmpty();
        assertThat(installation
                        .hatchery("events", "--since", "1h")
                        .orFail()
                        .out()
                        .lines())
                .hasSameSizeAs(output);
        Path log = installation.data().resolveSibling("follow.log");
        Process follow = installation
                .launcher("events", "--follow", "--limit", "1")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> Files.readString(log).contains(events.getLast()));
            installation.hatchery("stop", "t-ev-b").orFail();
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(Files.readString(log)).contains("t-ev-b  stop completed"));
        } finally {
            follow.destroyForcibly().onExit().join();
        }
    }

    @Test
    void watchFitsTheTerminalAndQuitsOnQ() throws Exception {
        Path file = Files.writeString(
                installation.data().resolveSibling("t-a-name-that-is-quite-long.yaml"),
                "root: /nowhere\ncommand: [/bin/true]\n");
        installation.hatchery("apply", "-f", file.toString()).orFail();
        var builder = new ProcessBuilder(
                "script", "-qec", "stty cols 20 rows 5; " + Installation.REPOSITORY.resolve("hatchery") + " watch");
        builder.command().add("/dev/null");
        builder.environment().putAll(installation.environment());
        Path shown = installation.data().resolveSibling("watch.log");
        Process watch =
                builder.redirectErrorStream(true).redirectOutput(shown.toFile()).start();
        try {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> Files.readString(shown).contains("t-a-name-that-is-qu…"));
            watch.getOutputStream().write('q');
            watch.getOutputStream().flush();
            assertThat(watch.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(watch.exitValue()).isZero();
            assertThat(Files.readString(shown)).doesNotContain("quite-long").contains("q quits");
        } finally {
            watch.destroyForcibly().onExit().join();
        }
    }
}
