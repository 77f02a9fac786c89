package io.hatchery.runner.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hatchery.runner.cgroup.DeviceRule.DeviceKind;
import io.hatchery.spec.ContainerName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Devices in the kernel's own version 1 controller, in a group of the test's; and where there is no controller. */
class DevicesControllerTest {
    private static final ContainerName WEB = new ContainerName("t-web");
    private static final DeviceRule NULL = new DeviceRule(DeviceKind.CHARACTER, 1, 3, "rwm", false);

    private Path hierarchy;

    @AfterEach
    void removeGroup() throws IOException {
        if (hierarchy != null) {
            Files.deleteIfExists(hierarchy);
        }
    }

    private CgroupTree tree() throws IOException {
        CgroupLayout host = CgroupLayout.of(Files.readString(Path.of("/proc/self/mountinfo")));
        assumeTrue(host.devices() != null, "this host has the unified hierarchy alone");
        hierarchy = Files.createDirectory(host.devices()
                .resolve("hatchery-test-" + ProcessHandle.current().pid()));
        return new CgroupTree(
                new CgroupLayout(host.mode(), List.of(), null, List.of(hierarchy), hierarchy), (group, rules) -> {});
    }

    private static String run(Path group, String script) throws Exception {
        var command = new ArrayList<>(List.of("/bin/sh", "-c", "echo $$ >\"$0\"; " + script));
        command.add(group.resolve("cgroup.procs").toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    @Test
    void allDevicesAreClosedButThoseOfTheRules() throws Exception {
        CgroupTree tree = tree();
        Path inside = tree.create(WEB, List.of(NULL)).getFirst();
        assertThat(inside.getFileName()).hasToString("payload");
        assertThat(inside.resolveSibling("devices.list")).hasContent("c 1:3 rwm");
        assertThat(run(inside, "echo x >/dev/null && echo null is open; head -c1 /dev/zero || echo zero is closed"))
                .contains("null is open", "zero is closed");
        tree.remove(WEB);
        assertThat(tree.exists(WEB)).isFalse();
    }

    @Test
    void groupOfTheContainerAllowsNoDevice() throws Exception {
        CgroupTree tree = tree();
        Path inside = tree.create(WEB, List.of(NULL)).getFirst();
        for (String more : List.of("a", "b 7:0 rwm", "c 1:5 r")) {
            assertThatThrownBy(() -> Files.writeString(inside.resolve("devices.allow"), more))
                    .isInstanceOf(IOException.class);
        }
        tree.remove(WEB);
    }

    @Test
    void devicesOfTheLastRunAreDenied() throws Exception {
        CgroupTree tree = tree();
        tree.create(WEB, List.of(NULL, new DeviceRule(DeviceKind.BLOCK, 7, DeviceRule.ANY, "rw", true)));
        Path inside = tree.create(WEB, List.of(NULL)).getFirst();
        assertThat(inside.resolveSibling("devices.list")).hasContent("c 1:3 rwm");
        tree.remove(WEB);
    }

    @Test
    void hostWithoutDeviceControlRunsNoContainer() {
        var layout = new CgroupLayout(CgroupLayout.Mode.V1, List.of(), null, List.of(), null);
        var tree = new CgroupTree(layout, (group, rules) -> {});
        assertThatThrownBy(() -> tree.create(WEB, List.of(NULL)))
                .hasMessageContaining("devices cannot be closed")
                .hasMessageContaining("mount -t cgroup -o devices");
    }
}
