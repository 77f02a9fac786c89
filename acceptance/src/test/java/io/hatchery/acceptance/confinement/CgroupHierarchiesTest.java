package io.hatchery.acceptance.confinement;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.HostState;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.Roots;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Containers under each cgroup hierarchy: unified, hybrid and legacy. */
class CgroupHierarchiesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "v2 | umount -R -l /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup",
                "v1 | umount -R -l /sys/fs/cgroup; mount -t tmpfs tmpfs /sys/fs/cgroup; mkdir /sys/fs/cgroup/systemd; mount -t cgroup -o none,name=systemd,xattr cgroup /sys/fs/cgroup/systemd; mkdir /sys/fs/cgroup/devices; mount -t cgroup -o devices cgroup /sys/fs/cgroup/devices"
            })
    void aSystemBootsHaltsAndDies(String kind, String mounts) throws Exception {
        Path root = Roots.debian();
        String name = "t-" + kind;
        try (Installation installation = Installation.running(mounts)) {
            Api api = installation.api();
            assertThat(api.get("/v1/hosts/" + Installation.HOST).at("/cgroups").asText())
                    .isEqualTo(kind);
            api.define(name, "{\"root\": \"" + root + "\", \"boot\": true, \"ephemeral\": true}");
            assertThat(api.command("start", name).path("outcome").asText()).isEqualTo("completed");
            long leader = api.container(name).at("/status/leader").asLong();
            assertThat(Files.readString(Path.of("/proc/" + leader + "/cgroup")))
                    .contains("/machine/" + name + ".nspawn/payload");
            assertThat(api.command("stop", name).path("stoppedBy").asText()).isEqualTo("halted");
            HostState.assertGone(name, root);
            api.command("start", name);
            assertThat(api.command("kill", name).path("stoppedBy").asText()).isEqualTo("killed");
            HostState.assertGone(name, root);
        }
    }
}
