package io.hatchery.acceptance.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.Fleet;
import io.hatchery.acceptance.fixture.FleetHost;
import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.Roots;
import io.hatchery.acceptance.fixture.SharedFleet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The effects of container options with the systemd driver, seen from inside and from the kernel. */
@ExtendWith(SharedFleet.class)
class FleetOptionsTest {
    private static final int NET_ADMIN = 12;
    private static final int SYS_TIME = 25;

    private static List<FleetHost> hosts;
    private static Api api;

    @BeforeAll
    static void take(Fleet fleet) {
        hosts = List.of(fleet.host(1), fleet.host(2));
        api = fleet.api();
    }

    /** Runs a command in a container and returns its output. */
    private static String prints(FleetHost host, String name, String script, String... options) {
        String further = options.length == 0 ? "" : ", " + String.join(", ", options);
        host.define(
                name,
                "\"root\": \"" + host.busybox(name) + "\", \"restart\": \"no\", \"command\": [\"/bin/sh\", \"-c\", \""
                        + script + "; sleep 1\"]" + further); // a container that exits sooner does not count as started
        JsonNode _ = api.completes("start", name);
        api.await(
                name,
                c -> c.at("/status/exit/status").asInt(-1) >= 0
                        && !c.at("/status/phase").asText().equals("running"));
        return host.output(
                "journalctl", "-u", "container-" + name, "-t", "container " + name, "-o", "cat", "--no-pager");
    }

    private static void end(FleetHost host, String name) {
        JsonNode _ = api.completes("kill", name);
        host.assertGone(name);
    }

    private static Path process(String name) {
        return Path.of("/proc", leader(name));
    }

    @Test
    void ephemeralContainerLosesItsWrites() {
        for (FleetHost host : hosts) {
            String name = "t-eph-" + host.name();
            String script = "ls /kept 2>&1; touch /kept; ls /kept";
            assertThat(prints(host, name, script, "\"ephemeral\": true")).contains("/kept: No such file", "\n/kept");
            assertThat(host.run("test", "-e", "/srv/" + name + "/kept").code()).isNotZero();
            assertThat(host.output("find", "/srv", "-maxdepth", "1", "-type", "d", "-name", ".#*"))
                    .as("copies of roots")
                    .isEmpty();
            host.assertGone(name);
        }
    }

    @Test
    void tmpfsMountsHaveTheirOptions() {
        for (FleetHost host : hosts) {
            assertThat(prints(
                            host,
                            "t-tmpfs-" + host.name(),
                            "mount",
                            "\"tmpfs\": [\"/var/scratch:size=1M,mode=0700\", \"/plain\"]"))
                    .containsPattern("tmpfs on /var/scratch type tmpfs .*size=1024k,mode=700")
                    .contains("tmpfs on /plain type tmpfs");
        }
    }

    @Test
    void bindMountsAreReadOnlyByDefault() {
        for (FleetHost host : hosts) {
            String odd = "/srv/with blank:and %h \\\\ colon " + host.name();
            Path there = host.at(odd.replace("\\\\", "\\"));
            try {
                Files.createDirectories(there);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            assertThat(prints(
                            host,
                            "t-binds-" + host.name(),
                            "touch '/in side:x/new' || echo refused; touch /rw/written",
                            "\"bindMounts\": {\"/in side:x\": {\"hostPath\": \"" + odd + "\"},"
                                    + " \"/rw\": {\"hostPath\": \"" + odd + "\", \"isReadOnly\": false}}"))
                    .contains("Read-only file system", "refused");
            assertThat(there.resolve("new")).doesNotExist();
            assertThat(there.resolve("written")).exists();
        }
    }

    @Test
    void mountUnitsOfTheRootStartFirst() {
        for (FleetHost host : hosts) {
            host.output(
                    "sh",
                    "-c",
                    "printf '[Mount]\\nWhat=tmpfs\\nWhere=/srv/t-mounted\\nType=tmpfs\\n' >/run/systemd/system/srv-t\\\\x2dmounted.mount"
                            + " && systemctl daemon-reload");
            String name = "t-mount-" + host.name();
            host.startIdle(name, "\"bindMounts\": {\"/data\": {\"hostPath\": \"/srv/t-mounted\"}}");
            assertThat(host.output("systemctl", "is-active", "srv-t\\x2dmounted.mount"))
                    .isEqualTo("active");
            assertThat(host.output("nsenter", "-t", leader(name), "-m", "-p", "/bin/mount"))
                    .contains("on /data type tmpfs (ro");
            end(host, name);
            host.output("systemctl", "stop", "srv-t\\x2dmounted.mount");
        }
    }

    private static String leader(String name) {
        return api.container(name).at("/status/leader").asText();
    }

    @Test
    void privateUsersDifferFromUsersOfTheHost() {
        for (FleetHost host : hosts) {
            String[][] wanted = {
                {"131072", "0 131072 65536"}, {"\"identity\"", "0 0 65536"}, {"\"pick\"", "0 \\d{5,} 65536"}
            };
            for (String[] want : wanted) {
                String name = "t-users" + want[0].replace("\"", "").substring(0, 1) + "-" + host.name();
                host.startIdle(name, "\"privateUsers\": " + want[0]);
                assertThat(host.output("cat", process(name) + "/uid_map").replaceAll("\\s+", " "))
                        .matches(want[1]);
                end(host, name);
            }
        }
    }

    @Test
    void containerHasExactlyTheGivenCapabilities() {
        for (FleetHost host : hosts) {
            String plain = "t-cap0-" + host.name();
            host.startIdle(plain);
            assertThat(bounds(host, plain) & (1L << SYS_TIME | 1L << NET_ADMIN)).isZero();
            end(host, plain);
            String able = "t-cap1-" + host.name();
            host.startIdle(able, "\"additionalCapabilities\": [\"CAP_SYS_TIME\"], \"enableTun\": true");
            assertThat(bounds(host, able) & (1L << SYS_TIME | 1L << NET_ADMIN))
                    .isEqualTo(1L << SYS_TIME | 1L << NET_ADMIN);
            end(host, able);
        }
    }

    private static long bounds(FleetHost host, String name) {
        String line = host.output("grep", "^CapBnd:", process(name) + "/status");
        return Long.parseUnsignedLong(line.substring("CapBnd:".length()).strip(), 16);
    }

    @Test
    void systemIsSwitchedWithoutRestart() throws IOException {
        for (FleetHost host : hosts) {
            String name = "t-switch-" + host.name();
            String systems = "/srv/" + name + "-systems";
            Path _ = Roots.systems(
                    host.at(systems),
                    "grep -E '^(Cap|NoNew|Seccomp)' /proc/self/status >/status; echo $1 >>/switched",
                    "echo no such unit; exit 4");
            String root = host.busybox(name);
            defineSystem(host, name, root, systems, 0);
            api.completes("start", name);
            String leader = leader(name);

            defineSystem(host, name, root, systems, 1);
            await().ignoreExceptions()
                    .untilAsserted(() -> assertThat(Files.readString(host.at(root + "/switched")))
                            .isEqualTo("test\n"));
            JsonNode switched = api.await(name, c -> !c.at("/status/outdated").asBoolean());
            assertThat(switched.at("/status/leader").asText()).isEqualTo(leader);
            assertThat(Files.readString(host.at(root + "/status")).strip())
                    .as("the confinement of what is run inside")
                    .isEqualTo(host.output("grep", "-E", "^(Cap|NoNew|Seccomp)", "/proc/" + leader + "/status"));
            host.systemctl("reload", "container-" + name);
            assertThat(Files.readString(host.at(root + "/switched"))).isEqualTo("test\ntest\n");

            defineSystem(host, name, root, systems, 2);
            JsonNode failed = api.await(name, c -> !c.at("/status/reason").isMissingNode());
            assertThat(failed.at("/status/reason").asText()).contains("it is not switched to generation 3");
            assertThat(failed.at("/status/outdated").asBoolean()).isTrue();
            assertThat(failed.at("/status/phase").asText()).isEqualTo("running");
            assertThat(leader(name)).isEqualTo(leader);
            end(host, name);
        }
    }

    private static void defineSystem(FleetHost host, String name, String root, String systems, int system) {
        host.define(
                name,
                "\"root\": \"" + root + "\", \"path\": \"" + systems + "/" + system + "\", \"readiness\": \"started\","
                        + " \"reloadIfChanged\": true, \"bindMounts\": {\"" + systems + "\": {}}");
    }

    @Test
    void nixStoreIsReadableWithPrivateUsers() {
        for (FleetHost host : hosts) {
            String name = "t-nix-" + host.name();
            // The kernel cannot map users on an overlay, which is the hosts' root file system here.
            host.output(
                    "sh",
                    "-c",
                    "mkdir -p /nix && mount -t tmpfs tmpfs /nix && mkdir -p /nix/store/abc-sys /nix/var/nix/db"
                            + " /nix/var/nix/profiles/per-container/" + name + " && cp /bin/busybox /nix/store/");
            host.output(
                    "sh",
                    "-c",
                    "printf '#!/nix/store/busybox sh\\n/nix/store/busybox ls -ln /nix/store; : >/nix/var/nix/profiles/made;"
                            + " echo >/nix/store/made; exit 3\\n' >/nix/store/abc-sys/init; chmod +x /nix/store/abc-sys/init");
            host.define(
                    name,
                    "\"path\": \"/nix/store/abc-sys\", \"readiness\": \"started\", \"privateUsers\": \"pick\", \"restart\": \"no\"");
            JsonNode _ = api.command("start", name);
            api.await(name, c -> c.at("/status/exit/status").asInt() == 3);
            assertThat(host.output("journalctl", "-u", "container-" + name, "-o", "cat", "--no-pager"))
                    .containsPattern(" 0 +0 +\\d+ .* abc-sys")
                    .contains("Read-only file system");
            assertThat(host.output("stat", "-c", "%u", "/nix/var/nix/profiles/per-container/" + name + "/made"))
                    .isEqualTo("0");
            host.output("umount", "/nix");
        }
    }

    @Test
    void containerRunsNestedContainers() {
        for (FleetHost host : hosts) {
            String name = "t-nested-" + host.name();
            Path root = host.at("/srv/" + name);
            ProcessResult.toEnd(new ProcessBuilder("cp", "-a", "target/host-image", root.toString()))
                    .orFail();
            Path _ = Roots.busybox(root.resolve("srv/inner"));
            host.define(
                    name,
                    "\"root\": \"/srv/" + name + "\", \"boot\": true, \"privateNetwork\": true,"
                            + " \"labels\": {\"policy\": \"privileged\"}");
            JsonNode _ = api.completes("start", name);
            assertThat(
                            host.shellSays(
                                    name,
                                    "/usr/bin/systemd-nspawn --quiet -D /srv/inner -M inner /bin/cat /proc/sys/kernel/hostname"))
                    .isEqualTo("inner");
            JsonNode _ = api.completes("stop", name);
            host.assertGone(name);
        }
    }

    @Test
    void hostSelectorPlacesOnMatchingHost() {
        for (FleetHost host : hosts) {
            String name = "t-placed-" + host.name();
            Api.Answer _ = api.define(
                    name,
                    "{\"hostSelector\": {\"number\": \"" + host.name() + "\"}, \"root\": \"" + host.busybox(name)
                            + "\", " + FleetHost.IDLE + "}");
            JsonNode _ = api.completes("start", name);
            assertThat(api.container(name).at("/status/host").asText()).isEqualTo(host.name());
            end(host, name);
        }
        JsonNode nowhere = api.put(
                        "/v1/containers/t-nowhere",
                        "{\"hostSelector\": {\"number\": \"none\"}, \"root\": \"/srv\", " + FleetHost.IDLE + "}")
                .body();
        assertThat(nowhere.toString()).contains("no ready host has these labels");
    }

    @Test
    void failedStartNamesItsReason() {
        for (FleetHost host : hosts) {
            String[][] cases = {
                {"t-why1-", FleetHost.IDLE + ", \"interfaces\": [\"nope0\"]", "nope0"},
                {"t-why2-", FleetHost.IDLE + ", \"extraFlags\": [\"--nonsense\"]", "unrecognized option '--nonsense'"},
                {
                    "t-why3-",
                    FleetHost.IDLE + ", \"privateUsers\": \"no\", \"networkNamespace\": \"/run/netns/nope\"",
                    "/run/netns/nope"
                },
                {
                    "t-why4-",
                    "\"command\": [\"/bin/sh\", \"-c\", \"echo all is lost; exit 9\"], \"readiness\": \"notify\"",
                    "all is lost"
                }
            };
            for (String[] one : cases) {
                String name = one[0] + host.name();
                host.define(name, "\"root\": \"" + host.busybox(name) + "\", " + one[1]);
                assertThat(api.command("start", name).path("reason").asText())
                        .contains("before it was ready: ")
                        .contains(one[2]);
            }
        }
    }

    @Test
    void environmentAndExtraFlagsAreApplied() {
        for (FleetHost host : hosts) {
            assertThat(
                            prints(
                                    host,
                                    "t-env-" + host.name(),
                                    "env; cat /proc/sys/kernel/hostname",
                                    "\"environment\": {\"GREETING\": \"good day, $HOME 100%\"}, \"extraFlags\": [\"--hostname=other\"]"))
                    .contains("GREETING=good day, $HOME 100%", "\nother");
        }
    }

    @Test
    void stopSendsTheConfiguredSignal() {
        for (FleetHost host : hosts) {
            String name = "t-signal-" + host.name();
            host.define(
                    name,
                    "\"root\": \"" + host.busybox(name)
                            + "\", \"killSignal\": \"SIGUSR1\", \"command\": [\"/bin/sh\", \"-c\","
                            + " \"trap '' TERM; trap 'echo was asked; exit 0' USR1; while :; do sleep 1000 & wait $!; done\"]");
            JsonNode _ = api.completes("start", name);
            host.systemctl("stop", "container-" + name);
            JsonNode stopped = api.await(name, "stopped");
            assertThat(stopped.at("/status/exit/status").asInt(-1)).isZero();
            assertThat(host.output("journalctl", "-u", "container-" + name, "-o", "cat", "--no-pager"))
                    .contains("was asked");
        }
    }

    @Test
    void hostsFileResolvesContainerNames() {
        for (FleetHost host : hosts) {
            String name = "t-named-" + host.name();
            host.startIdle(
                    name,
                    "\"privateNetwork\": true, \"hostAddress\": \"10.239.0.1\", \"localAddress\": \"10.239.0.2\"");
            await().untilAsserted(() -> assertThat(host.output("getent", "hosts", name + ".containers"))
                    .contains("10.239.0.2"));
            assertThat(host.output("getent", "hosts", "h1")).contains("10.88.0.11");
            end(host, name);
            assertThat(api.delete("/v1/containers/" + name).status()).isLessThan(300);
            await().untilAsserted(() -> assertThat(
                            host.run("getent", "hosts", name + ".containers").code())
                    .isNotZero());
        }
    }
}
