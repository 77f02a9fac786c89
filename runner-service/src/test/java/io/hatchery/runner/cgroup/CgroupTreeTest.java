package io.hatchery.runner.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.spec.ContainerName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On the kernel's own control groups, in a group of the test's. */
class CgroupTreeTest {
    private static final int CONTAINERS = 4;
    private static final int ROUNDS = 300;

    private Path root;
    private CgroupTree tree;

    @BeforeEach
    void makeGroup() throws IOException {
        CgroupLayout host = CgroupLayout.of(Files.readString(Path.of("/proc/self/mountinfo")));
        root = host.roots()
                .getFirst()
                .resolve("hatchery-test-" + ProcessHandle.current().pid());
        Files.createDirectory(root);
        tree = new CgroupTree(
                new CgroupLayout(host.mode(), List.of(root), root, List.of(), null), (group, rules) -> {});
    }

    @AfterEach
    void removeGroup() throws IOException {
        Files.delete(root);
    }

    /** Whoever holds a run moves itself into the group made for it, some time after that. */
    @Test
    void containersThatComeAndGoAtOnceDoNotTakeEachOthersGroups() throws Exception {
        try (var threads = Executors.newFixedThreadPool(CONTAINERS)) {
            var work = new ArrayList<Future<Void>>();
            for (int i = 0; i < CONTAINERS; i++) {
                work.add(threads.submit(comeAndGo(new ContainerName("t-" + i))));
            }
            for (Future<Void> done : work) {
                done.get();
            }
        }
        assertThat(root.resolve("machine")).doesNotExist();
    }

    private Callable<Void> comeAndGo(ContainerName name) {
        return () -> {
            for (int round = 0; round < ROUNDS; round++) {
                tree.create(name, List.of());
                List<Path> outside = tree.createOutside();
                Process supervisor = new ProcessBuilder("sleep", "100").start();
                try {
                    for (Path group : outside) {
                        Files.writeString(group.resolve("cgroup.procs"), Long.toString(supervisor.pid()));
                    }
                } finally {
                    supervisor.destroyForcibly().waitFor();
                }
                assertThat(tree.processes(name)).isEmpty();
                tree.remove(name);
                assertThat(tree.exists(name)).isFalse();
            }
            return null;
        };
    }
}
