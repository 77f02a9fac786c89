package io.hatchery.acceptance.confinement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.HostState;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.Roots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The confinement of containers, read from the kernel. */
class ConfinementTest {
    /** Bit numbers of capabilities(7), linux/capability.h. */
    private static final int NET_ADMIN = 12;

    private static final int SYS_TIME = 25;

    private static Installation installation;
    private static Api api;

    @BeforeAll
    static void start() {
        installation = Installation.running();
        api = installation.api();
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    private static Path start(String name, String options) {
        Path root = Roots.busybox(installation.roots().resolve(name));
        api.define(
                name,
                "{\"root\": \"" + root + "\", \"command\": [\"/bin/sh\", \"-c\", \"trap 'exit 0' TERM; while :; do"
                        + " sleep 1000 & wait $!; done\"], " + options + "}");
        JsonNode outcome = api.command("start", name);
        assertThat(outcome.path("outcome").asText()).as(outcome.toString()).isEqualTo("completed");
        return root;
    }

    private static void stop(String name, Path root) {
        JsonNode outcome = api.command("stop", name);
        assertThat(outcome.path("outcome").asText()).as(outcome.toString()).isEqualTo("completed");
        HostState.assertGone(name, root);
    }

    private static Path process(String name) {
        return Path.of("/proc", api.container(name).at("/status/leader").asText());
    }

    private static List<String> users(String name) throws IOException {
        return List.of(
                Files.readString(process(name).resolve("uid_map")).strip().split("\\s+"));
    }

    private static long bounds(String name) throws IOException {
        String line = Files.readAllLines(process(name).resolve("status")).stream()
                .filter(l -> l.startsWith("CapBnd:"))
                .findFirst()
                .orElseThrow();
        return Long.parseUnsignedLong(line.substring("CapBnd:".length()).strip(), 16);
    }

    private static boolean has(long capabilities, int capability) {
        return (capabilities & 1L << capability) != 0;
    }

    @Test
    void privateUsersDifferFromUsersOfTheHost() throws IOException {
        Path root = start("t-users", "\"privateUsers\": 131072");
        assertThat(users("t-users")).containsExactly("0", "131072", "65536");
        stop("t-users", root);
        Path picked = start("t-picked", "\"privateUsers\": \"pick\"");
        assertThat(Long.parseLong(users("t-picked").get(1))).isGreaterThanOrEqualTo(65_536);
        stop("t-picked", picked);
        Path same = start("t-same", "\"privateUsers\": \"identity\"");
        assertThat(users("t-same")).containsExactly("0", "0", "65536");
        stop("t-same", same);
    }

    @Test
    void containerHasExactlyTheGivenCapabilities() throws IOException {
        Path plain = start("t-plain", "\"labels\": {}");
        assertThat(has(bounds("t-plain"), SYS_TIME)).isFalse();
        assertThat(has(bounds("t-plain"), NET_ADMIN)).isFalse();
        stop("t-plain", plain);
        Path able = start("t-able", "\"additionalCapabilities\": [\"CAP_SYS_TIME\"], \"enableTun\": true");
        assertThat(has(bounds("t-able"), SYS_TIME)).isTrue();
        assertThat(has(bounds("t-able"), NET_ADMIN)).isTrue();
        stop("t-able", able);
    }

    @Test
    void directDriverRefusesOptionsItCannotApply() {
        for (String option : List.of("\"limits\": {\"memoryMax\": \"64M\"}")) {
            Path root = Roots.busybox(installation.roots().resolve("cannot"));
            api.define("t-cannot", "{\"root\": \"" + root + "\", \"command\": [\"/bin/true\"], " + option + "}");
            JsonNode outcome = api.command("start", "t-cannot");
            assertThat(outcome.path("outcome").asText()).isEqualTo("failed");
            assertThat(outcome.path("reason").asText()).contains("the direct driver cannot");
        }
    }

    @Test
    void failedStartNamesItsReason() {
        Path root = Roots.busybox(installation.roots().resolve("why"));
        String[][] cases = {
            {"\"command\": [\"/bin/true\"], \"extraFlags\": [\"--nonsense\"]", "unrecognized option '--nonsense'"},
            {
                "\"command\": [\"/bin/sh\", \"-c\", \"echo all is lost; exit 9\"], \"readiness\": \"notify\"",
                "it exited with status 9 before it was ready: all is lost"
            }
        };
        for (String[] one : cases) {
            api.define("t-why", "{\"root\": \"" + root + "\", " + one[0] + "}");
            assertThat(api.command("start", "t-why").path("reason").asText()).contains(one[1]);
        }
    }

    @Test
    void resolvConfOfTheHostIsCopiedUnlessDisabled() throws IOException {
        Path copied = start("t-resolved", "\"ephemeral\": false");
        assertThat(copied.resolve("etc/resolv.conf")).exists();
        stop("t-resolved", copied);
        Path kept = start("t-unresolved", "\"copyResolvConf\": false");
        assertThat(kept.resolve("etc/resolv.conf")).doesNotExist();
        stop("t-unresolved", kept);
    }

    @Test
    void readOnlyBindMountRefusesWrites() throws IOException {
        Path host = Files.createDirectories(installation.roots().resolve("with blank:and colon"));
        Files.writeString(host.resolve("there"), "seen\n");
        Path root = Roots.busybox(installation.roots().resolve("binds"));
        api.define(
                "t-binds",
                "{\"root\": \"" + root + "\", \"command\": [\"/bin/sh\", \"-c\", \"cat '/in side:x/there'; touch"
                        + " '/in side:x/new' || echo refused\"], \"restart\": \"no\", \"bindMounts\": {\"/in side:x\":"
                        + " {\"hostPath\": \"" + host + "\"}}}");
        api.command("start", "t-binds");
        Path console = installation.data().resolve("runner/console/t-binds.log");
        await().until(() -> Files.exists(console) && Files.readString(console).contains("refused"));
        assertThat(Files.readString(console)).contains("seen");
        assertThat(host.resolve("new")).doesNotExist();
    }
}
