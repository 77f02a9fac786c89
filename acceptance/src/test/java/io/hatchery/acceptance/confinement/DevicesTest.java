package io.hatchery.acceptance.confinement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.acceptance.fixture.HostState;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.Roots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Root of a container with CAP_MKNOD attacks devices of the host, under each cgroup hierarchy. */
class DevicesTest {
    /** Root inside can make nodes of devices only with the host's users. */
    private static final String HOST_USERS = ", \"labels\": {\"policy\": \"privileged\"}";

    private static final String EMPTY = "umount -R -l /sys/fs/cgroup; mount -t tmpfs tmpfs /sys/fs/cgroup;"
            + " mkdir /sys/fs/cgroup/systemd /sys/fs/cgroup/devices;"
            + " mount -t cgroup -o none,name=systemd,xattr cgroup /sys/fs/cgroup/systemd;"
            + " mount -t cgroup -o devices cgroup /sys/fs/cgroup/devices";

    /** 7:0 is the host's first loop device; the node in the root was made by the host. */
    private static final String ATTACK = """
            mknod /tmp/made b 7 0 && echo MADE
            head -c 1 /loop >/dev/null && echo READ
            echo x >/loop && echo WRITTEN
            mkdir /tmp/c && mount -t cgroup -o devices cgroup /tmp/c && {
              echo a >/tmp/c/devices.allow && echo REOPENED
              echo b 7:0 rwm >/tmp/c/devices.allow && echo REOPENED
              test -e /tmp/c/release_agent && echo AGENT
            }
            mknod /tmp/again b 7 0 && echo MADE
            head -c 1 /dev/zero >/dev/null && echo x >/dev/null && mknod /tmp/null c 1 3 && echo pseudo devices work
            echo done
            trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done
            """;

    private static String mounts(String kind) {
        return switch (kind) {
            case "v2" -> "umount -R -l /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup";
            case "v1" -> EMPTY;
            default -> ":";
        };
    }

    private static String attack(Installation installation, String name, String options) throws IOException {
        Path root = Roots.busybox(installation.roots().resolve(name));
        ProcessResult.toEnd(new ProcessBuilder("mknod", root.resolve("loop").toString(), "b", "7", "0"))
                .orFail();
        Files.writeString(root.resolve("attack"), ATTACK);
        installation
                .api()
                .define(
                        name,
                        "{\"root\": \"" + root
                                + "\", \"command\": [\"/bin/sh\", \"-c\", \"/bin/sh /attack; sleep 1\"], \"restart\": \"no\""
                                + options + "}");
        assertThat(installation.api().command("start", name).path("outcome").asText())
                .isEqualTo("completed");
        Path console = installation.data().resolve("runner/console/" + name + ".log");
        await().until(() -> Files.exists(console) && Files.readString(console).contains("done"));
        String output = Files.readString(console);
        assertThat(installation.api().command("stop", name).path("outcome").asText())
                .isEqualTo("completed");
        HostState.assertGone(name, root);
        return output;
    }

    @ParameterizedTest
    @CsvSource({"hybrid", "v2", "v1"})
    void devicesOfTheHostAreClosedInside(String kind) throws IOException {
        try (Installation installation = Installation.running(mounts(kind))) {
            assertThat(attack(installation, "t-devices", HOST_USERS))
                    .contains("pseudo devices work", "/loop: Operation not permitted")
                    .doesNotContain("MADE", "READ", "WRITTEN")
                    .satisfies(output -> {
                        // The test hides the controller from the runner only; the kernel still has the host's
                        // controller.
                        if (!kind.equals("v2")) {
                            assertThat(output).doesNotContain("REOPENED", "AGENT");
                        }
                    });
            String allowed = HOST_USERS + ", \"allowedDevices\": [{\"node\": \"block-loop\", \"modifier\": \"m\"}]";
            assertThat(attack(installation, "t-allowed", allowed))
                    .contains("MADE", "/loop: Operation not permitted")
                    .doesNotContain("READ", "WRITTEN");
            assertThat(attack(installation, "t-mapped", "")).doesNotContain("MADE", "READ", "WRITTEN", "REOPENED");
        }
    }
}
