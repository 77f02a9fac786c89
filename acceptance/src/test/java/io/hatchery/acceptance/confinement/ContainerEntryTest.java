package io.hatchery.acceptance.confinement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.acceptance.fixture.FleetHost;
import io.hatchery.acceptance.fixture.HostState;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.Roots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that hatchery-supervisor runs inside a container. */
class ContainerEntryTest {
    private static final Path PROGRAM = Installation.REPOSITORY.resolve("app/target/lib/hatchery-supervisor");
    private static final List<String> CONFINEMENT = List.of(
            "Uid",
            "Gid",
            "Groups",
            "CapInh",
            "CapPrm",
            "CapEff",
            "CapBnd",
            "CapAmb",
            "NoNewPrivs",
            "Seccomp",
            "Seccomp_filters");

    private static Installation installation;

    @BeforeAll
    static void start() {
        installation = Installation.running();
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    private static Path idle(String name, String options) {
        Path root = Roots.busybox(installation.roots().resolve(name));
        installation
                .api()
                .define(
                        name,
                        "{\"root\": \"" + root + "\", " + FleetHost.IDLE + (options.isEmpty() ? "" : ", " + options)
                                + "}");
        assertThat(installation.api().command("start", name).path("outcome").asText())
                .isEqualTo("completed");
        return root;
    }

    private static void end(String name, Path root) {
        assertThat(installation.api().command("stop", name).path("outcome").asText())
                .isEqualTo("completed");
        HostState.assertGone(name, root);
    }

    private static long leader(String name) {
        return await().until(
                        () -> installation
                                .api()
                                .container(name)
                                .at("/status/leader")
                                .asLong(),
                        pid -> pid > 0);
    }

    private static ProcessBuilder entry(long leader, String... command) {
        var all = new ArrayList<>(List.of(PROGRAM.toString(), "enter", Long.toString(leader), "--"));
        all.addAll(List.of(command));
        return new ProcessBuilder(all);
    }

    private static SortedMap<String, String> status(List<String> lines) {
        var fields = new TreeMap<String, String>();
        for (String line : lines) {
            String name = line.split(":", 2)[0];
            if (CONFINEMENT.contains(name)) {
                fields.put(name, line.split(":", 2)[1].strip());
            }
        }
        return fields;
    }

    private static SortedMap<String, String> status(long pid) throws IOException {
        return status(Files.readAllLines(Path.of("/proc/" + pid + "/status")));
    }

    private static SortedMap<String, String> namespaces(long pid) throws IOException {
        var found = new TreeMap<String, String>();
        try (Stream<Path> all = Files.list(Path.of("/proc/" + pid + "/ns"))) {
            for (Path one : all.toList()) {
                found.put(
                        one.getFileName().toString(),
                        Files.readSymbolicLink(one).toString());
            }
        }
        return found;
    }

    /** The child of an entering process, once it runs its command. */
    private static long inside(Process entry) {
        return await().until(
                        () -> entry.toHandle()
                                .children()
                                .map(ProcessHandle::pid)
                                .filter(pid -> HostState.arguments(pid).contains("1000"))
                                .findAny()
                                .orElse(0L),
                        pid -> pid > 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\"privateUsers\": 131072",
                "\"privateUsers\": \"identity\"",
                "\"privateNetwork\": true",
                "\"additionalCapabilities\": [\"CAP_SYS_TIME\"]",
                "\"extraFlags\": [\"--no-new-privileges=yes\", \"--rlimit=RLIMIT_NPROC=500\"]",
                "\"extraFlags\": [\"--drop-capability=CAP_SYS_ADMIN\"]",
                "\"extraFlags\": [\"--system-call-filter=~seccomp\"]"
            })
    void itHasTheConfinementOfTheContainersInit(String options) throws Exception {
        Path root = idle("t-entered", options);
        long leader = leader("t-entered");
        Process entry = entry(leader, "/bin/sleep", "1000").start();
        long inside = inside(entry);
        assertThat(status(inside)).isEqualTo(status(leader)).hasSize(CONFINEMENT.size());
        assertThat(status(inside).get("Seccomp")).isEqualTo("2");
        assertThat(namespaces(inside)).isEqualTo(namespaces(leader));
        List<String> groups = Files.readAllLines(Path.of("/proc/" + inside + "/cgroup"));
        for (String group : Files.readAllLines(Path.of("/proc/" + leader + "/cgroup"))) {
            assertThat(groups)
                    .as(group)
                    .anyMatch(other -> other.equals(group) || other.startsWith(group + "/hatchery/"));
        }
        assertThat(Files.readString(Path.of("/proc/" + inside + "/limits")))
                .isEqualTo(Files.readString(Path.of("/proc/" + leader + "/limits")));
        // It has no open file of the host and cannot write to the host's program.
        try (Stream<Path> files = Files.list(Path.of("/proc/" + inside + "/fd"))) {
            assertThat(files.toList())
                    .hasSize(3)
                    .allSatisfy(file ->
                            assertThat(Files.readSymbolicLink(file).toString()).startsWith("pipe:"));
        }
        assertThat(Files.readSymbolicLink(Path.of("/proc/" + entry.pid() + "/exe"))
                        .toString())
                .startsWith("/memfd:");
        entry.destroy();
        assertThat(entry.waitFor()).isEqualTo(128 + 15);
        assertThat(Path.of("/proc/" + inside)).doesNotExist();
        end("t-entered", root);
    }

    @Test
    void processesLeftByAnEnteredCommandAreKilled() {
        Path root = idle("t-left", "");
        ProcessResult ran =
                ProcessResult.toEnd(entry(leader("t-left"), "/bin/sh", "-c", "sleep 1234 & echo printed; exit 7"));
        assertThat(ran.code()).isEqualTo(7);
        assertThat(ran.out()).isEqualTo("printed\n");
        assertThat(ProcessHandle.allProcesses()
                        .filter(process -> HostState.arguments(process.pid()).contains("1234")))
                .isEmpty();
        end("t-left", root);
    }

    @Test
    void containerRootCannotReplaceTheSupervisorProgram() throws IOException {
        Path root = idle("t-attacker", "");
        byte[] before = Files.readAllBytes(PROGRAM);
        Files.writeString(root.resolve("trap"), "#!/proc/self/exe enter 2 -- /bin/sh\n");
        Files.writeString(
                root.resolve("overwrite"),
                "i=0; while [ $i -lt 300 ]; do for p in /proc/[0-9]*; do (echo PWNED >$p/exe) 2>/dev/null && echo WROTE $p; done;"
                        + " i=$((i+1)); done\n");
        ProcessResult.toEnd(
                        new ProcessBuilder("chmod", "755", root.resolve("trap").toString()))
                .orFail();
        long leader = leader("t-attacker");
        try (var attack = new Attack(entry(leader, "/bin/sh", "/overwrite"))) {
            for (int i = 0; i < 30; i++) {
                ProcessResult _ = ProcessResult.toEnd(entry(leader, "/trap"));
            }
            assertThat(attack.output()).doesNotContain("WROTE");
        }
        assertThat(Files.readAllBytes(PROGRAM)).isEqualTo(before);
        end("t-attacker", root);
    }

    private record Attack(Process process) implements AutoCloseable {
        Attack(ProcessBuilder builder) throws IOException {
            this(builder.redirectErrorStream(true).start());
        }

        String output() throws IOException {
            return new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }

        @Override
        public void close() {
            process.destroy();
        }
    }

    @Test
    void supervisorEntersContainersOnly() {
        ProcessResult ran = ProcessResult.toEnd(entry(ProcessHandle.current().pid(), "/bin/true"));
        assertThat(ran.code()).isEqualTo(125);
        assertThat(ran.err()).contains("is in no container");
    }

    @Test
    void systemSwitchHasTheConfinementOfTheInit() throws IOException {
        Path root = Roots.busybox(installation.roots().resolve("t-switch"));
        Path systems = Roots.systems(
                installation.roots().resolve("systems"),
                "cat /proc/self/status >/status; cat /proc/self/cgroup >/groups");
        for (int i = 0; i < 2; i++) {
            installation
                    .api()
                    .define(
                            "t-switch",
                            "{\"root\": \"" + root + "\", \"path\": \"" + systems + "/" + i
                                    + "\", \"readiness\": \"started\", \"reloadIfChanged\": true, \"bindMounts\": {\""
                                    + systems + "\": {}}}");
            if (i == 0) {
                installation.api().command("start", "t-switch");
            }
        }
        installation.api().await("t-switch", c -> c.at("/status/generation").asInt() == 2);
        SortedMap<String, String> seenInside = status(leader("t-switch"));
        seenInside.putAll(Map.of("Uid", "0\t0\t0\t0", "Gid", "0\t0\t0\t0")); // the host's are mapped
        assertThat(status(Files.readAllLines(root.resolve("status")))).isEqualTo(seenInside);
        assertThat(Files.readAllLines(root.resolve("groups"))).allMatch(line -> line.matches(".*:/(hatchery/\\d+)?"));
        installation.api().command("kill", "t-switch");
        HostState.assertGone("t-switch", root);
    }
}
