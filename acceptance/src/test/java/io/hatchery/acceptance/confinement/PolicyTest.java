package io.hatchery.acceptance.confinement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.HostState;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.Roots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a host's policy keeps from containers, tried from inside and with definitions. */
class PolicyTest {
    private static final String IDLE =
            "\"command\": [\"/bin/sh\", \"-c\", \"trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done\"]";
    private static final Path CORE_PATTERN = Path.of("/proc/sys/kernel/core_pattern");

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

    private static String root(String name) {
        return "\"root\": \"" + Roots.busybox(installation.roots().resolve(name)) + "\"";
    }

    private static String program(String script) {
        return "\"restart\": \"no\", \"command\": [\"/bin/sh\", \"-c\", \"" + script + "\"]";
    }

    private static String refusal(String name, String options) {
        api.define(name, "{" + root(name) + ", " + options + "}");
        JsonNode outcome = api.command("start", name);
        assertThat(outcome.path("outcome").asText()).as(options).isEqualTo("failed");
        return outcome.path("reason").asText();
    }

    private static String output(String name, String options) throws IOException {
        api.define(name, "{" + root(name) + ", " + options + "}");
        JsonNode _ = api.command("start", name);
        Path console = installation.data().resolve("runner/console/" + name + ".log");
        await().until(() -> Files.exists(console) && Files.readString(console).contains("done"));
        return Files.readString(console);
    }

    /** A fresh proc is not read-only as nspawn's is. */
    @Test
    void rootInADefaultContainerCannotWriteSettingsOfTheKernel() throws IOException {
        String before = Files.readString(CORE_PATTERN);
        String attack = "mkdir -p /p; mount -t proc proc /p && echo mounted; id;"
                + " (echo hatchery-attack >/p/sys/kernel/core_pattern) && echo WRITTEN; echo done";
        try {
            assertThat(output("t-attack", program(attack)))
                    .contains("uid=0", "done")
                    .doesNotContain("WRITTEN");
            assertThat(Files.readString(CORE_PATTERN)).isEqualTo(before);
            // The same attack works where the policy allows the host's users.
            assertThat(output(
                            "t-attacker",
                            program(attack) + ", \"privateUsers\": \"no\", \"labels\": {\"policy\": \"privileged\"}"))
                    .contains("WRITTEN");
        } finally {
            Files.writeString(CORE_PATTERN, before);
        }
    }

    @Test
    void unsetUsersAreTheHostsWithLevelPrivileged() throws IOException {
        api.define("t-host", "{" + root("t-host") + ", " + IDLE + ", \"labels\": {\"policy\": \"privileged\"}}");
        assertThat(api.command("start", "t-host").path("outcome").asText()).isEqualTo("completed");
        String leader = api.container("t-host").at("/status/leader").asText();
        assertThat(Files.readString(Path.of("/proc", leader, "uid_map")).strip().split("\\s+"))
                .startsWith("0", "0");
        JsonNode _ = api.command("stop", "t-host");
    }

    /** The folder is in no closed one, so that other users of the host reach it. */
    @Test
    void setUserIdFileInAWritableBindHasNoEffectOnTheHost() throws IOException {
        Path open = Files.createTempDirectory(Path.of("/srv"), "t-open-");
        Path other = Files.createTempDirectory(Path.of("/srv"), "t-other-");
        try {
            Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
            String bind = ", \"labels\": {\"bind\": \"srv\"}, \"bindMounts\": {\"/data\": {\"hostPath\": \"" + open
                    + "\", \"isReadOnly\": false}}";
            // Not busybox, which gives up its rights by itself.
            Files.copy(Path.of("/usr/bin/id"), open.resolve("tool"));
            String plant = "cat /data/tool >/data/id; chmod 4755 /data/id; echo done";
            assertThat(output("t-plant", program(plant) + bind)).contains("done");
            Path planted = open.resolve("id");
            assertThat(Files.getAttribute(planted, "unix:uid")).isEqualTo(0);
            assertThat((int) Files.getAttribute(planted, "unix:mode") & 04000).isEqualTo(04000);
            assertThat(asNobody(planted)).doesNotContain("euid=0").contains("uid=65534");
            Path elsewhere = Files.copy(planted, other.resolve("id"), StandardCopyOption.COPY_ATTRIBUTES);
            Files.setAttribute(elsewhere, "unix:mode", 04755);
            assertThat(asNobody(elsewhere)).contains("euid=0");
        } finally {
            HostState.delete(other);
            HostState.unmountBelow(open);
            HostState.delete(open);
        }
    }

    private static String asNobody(Path program) {
        return ProcessResult.toEnd(new ProcessBuilder(
                        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program.toString()))
                .orFail()
                .out();
    }

    @Test
    void foldersOfRootsAreClosedToOtherUsers() throws IOException {
        Path open = Files.createTempDirectory(Path.of("/srv"), "t-roots-");
        try {
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
            Path root = Roots.busybox(open.resolve("t-closed"));
            api.define("t-closed", "{\"root\": \"" + root + "\", \"labels\": {\"bind\": \"srv\"}, " + IDLE + "}");
            assertThat(api.command("start", "t-closed").path("outcome").asText())
                    .isEqualTo("completed");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(open)))
                    .isEqualTo("rwx------");
            JsonNode _ = api.command("stop", "t-closed");
        } finally {
            HostState.delete(open);
        }
    }

    @Test
    void linkToWhatIsNotAllowedIsRefused() throws IOException {
        Path link = installation.roots().resolve("t-link-target");
        Files.createSymbolicLink(link, Path.of("/etc"));
        assertThat(refusal("t-link", IDLE + ", \"bindMounts\": {\"/d\": {\"hostPath\": \"" + link + "\"}}"))
                .contains("it leads to /etc", "rule baseline/bindMounts");
    }

    /** The container that has the folder replaces what is in it while another one starts. */
    @Test
    void whatAnotherContainerCanReplaceIsRefused() throws IOException {
        Path shared = Files.createDirectories(installation.roots().resolve("t-shared"));
        Files.createDirectories(shared.resolve("sub"));
        api.define(
                "t-owner",
                "{" + root("t-owner") + ", " + IDLE + ", \"bindMounts\": {\"/d\": {\"hostPath\": \"" + shared
                        + "\", \"isReadOnly\": false}}}");
        assertThat(api.command("start", "t-owner").path("outcome").asText()).isEqualTo("completed");
        assertThat(refusal("t-victim", IDLE + ", \"bindMounts\": {\"/d\": {\"hostPath\": \"" + shared + "/sub\"}}"))
                .contains("container t-owner can write in");
        assertThat(refusal(
                        "t-reader",
                        IDLE + ", \"bindMounts\": {\"/d\": {\"hostPath\": \""
                                + installation.roots().resolve("t-owner") + "/etc\"}}"))
                .contains("it shows the root of container t-owner");
        JsonNode _ = api.command("stop", "t-owner");
    }

    @Test
    void statusNamesTheRuleAndTheLastSpecStaysInForce() {
        String good = "{" + root("t-kept") + ", " + IDLE + "}";
        api.define("t-kept", good);
        assertThat(api.command("start", "t-kept").path("outcome").asText()).isEqualTo("completed");
        String leader = api.container("t-kept").at("/status/leader").asText();
        api.define("t-kept", good.replace("}", ", \"interfaces\": [\"eth7\"]}"));
        JsonNode refused =
                api.await("t-kept", c -> c.at("/status/reason").asText().contains("rule baseline/interfaces"));
        assertThat(refused.at("/status/phase").asText()).isEqualTo("running");
        assertThat(refused.at("/status/outdated").asBoolean()).isTrue();
        assertThat(refused.at("/status/leader").asText()).isEqualTo(leader);
        assertThat(installation.hatchery("show", "t-kept").out()).contains("rule baseline/interfaces");
        JsonNode _ = api.command("stop", "t-kept");
        assertThat(api.command("start", "t-kept").path("reason").asText()).contains("rule baseline/interfaces");
    }

    @Test
    void hostShowsItsPolicy() {
        JsonNode host = api.get("/v1/hosts/" + Installation.HOST).body();
        assertThat(host.at("/policy/allow/interfaces").toString()).isEqualTo("[\"t-m0\"]");
    }
}
