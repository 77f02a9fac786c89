package io.hatchery.runner.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CgroupLayoutTest {
    private static final String V2 = "30 24 0:26 / %s rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
    private static final String NAMED =
            "31 24 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n";
    private static final String MEMORY = "32 24 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";

    @Test
    void unifiedHierarchyIsDetected() {
        CgroupLayout layout = CgroupLayout.of(V2.formatted("/sys/fs/cgroup"));
        assertThat(layout.mode()).isEqualTo(CgroupLayout.Mode.V2);
        assertThat(layout.roots()).containsExactly(Path.of("/sys/fs/cgroup"));
    }

    @Test
    void hybridKeepsProcessesInBoth() {
        CgroupLayout layout = CgroupLayout.of(NAMED + MEMORY + V2.formatted("/sys/fs/cgroup/unified"));
        assertThat(layout.mode()).isEqualTo(CgroupLayout.Mode.HYBRID);
        assertThat(layout.controllers()).containsExactly(Path.of("/sys/fs/cgroup/memory"));
        assertThat(layout.roots())
                .containsExactly(Path.of("/sys/fs/cgroup/systemd"), Path.of("/sys/fs/cgroup/unified"));
    }

    @Test
    void devicesControllerIsFoundAtItsMount() {
        String devices = "33 24 0:29 / /sys/fs/cgroup/devices rw - cgroup cgroup rw,devices\n";
        CgroupLayout layout = CgroupLayout.of(NAMED + MEMORY + devices);
        assertThat(layout.devices()).isEqualTo(Path.of("/sys/fs/cgroup/devices"));
        assertThat(layout.controllers())
                .containsExactly(Path.of("/sys/fs/cgroup/memory"), Path.of("/sys/fs/cgroup/devices"));
        assertThat(CgroupLayout.of(NAMED + MEMORY).devices()).isNull();
    }

    @Test
    void versionOneAlone() {
        CgroupLayout layout = CgroupLayout.of(NAMED + MEMORY);
        assertThat(layout.mode()).isEqualTo(CgroupLayout.Mode.V1);
        assertThat(layout.unified()).isNull();
    }

    @Test
    void missingHierarchyIsAnErrorWithRemedy() {
        assertThatThrownBy(() -> CgroupLayout.of(MEMORY)).hasMessageContaining("mount cgroup2");
    }
}
