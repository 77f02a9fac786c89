package io.hatchery.runner.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.protocol.Exit;
import io.hatchery.runner.cgroup.CgroupLayout;
import io.hatchery.runner.cgroup.CgroupTree;
import io.hatchery.runner.files.DirectoryTrees;
import io.hatchery.runner.host.ContainerFolders;
import io.hatchery.runner.host.ContainerPolicy;
import io.hatchery.runner.host.HostPlans;
import io.hatchery.runner.host.HostRoots;
import io.hatchery.runner.host.PolicyEnforcer;
import io.hatchery.runner.host.SupervisorProgram;
import io.hatchery.runner.lifecycle.Input;
import io.hatchery.runner.lifecycle.Observation;
import io.hatchery.runner.process.HostProcesses;
import io.hatchery.runner.process.ProcessRef;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a runner takes for true of a run that it did not begin itself. */
class AdoptionTest {
    private static final ContainerName WEB = new ContainerName("t-adopted");
    private static final long RUN = 3;
    private static final Duration SOON = Duration.ofSeconds(2);

    private final List<Input> inputs = new CopyOnWriteArrayList<>();
    private final HostProcesses processes = new HostProcesses();
    private final ProcessRef self = processes.of(ProcessHandle.current().pid()).orElseThrow();
    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private Path runtime;
    private Path folder;
    private HostRunFolders folders;
    private DirectDriver driver;

    @BeforeEach
    void follow() throws IOException {
        // JUnit's own would be too long for the sockets in it.
        runtime = Files.createDirectory(
                Path.of("/tmp/h-" + ProcessHandle.current().pid()));
        var settings = new ContainerFolders(runtime, runtime, 4096);
        folder = Files.createDirectories(settings.directory(WEB, RUN));
        folders = new HostRunFolders(settings, task -> context.runOnContext(now -> task.run()));
        HostAccess host = HostAccessBuilder.builder()
                .work(this::work)
                .timers(this::later)
                .clock(Clock.systemUTC())
                .processes(processes)
                .cgroups(new CgroupTree(
                        CgroupLayout.of(Files.readString(Path.of("/proc/self/mountinfo"))), (group, rules) -> {}))
                .folders(folders)
                .launcher(new LaunchesNothing())
                .roots(new HostRoots(settings, runtime.resolve("roots"), ContainerPolicy.PRIVILEGED, plans()))
                .build();
        driver = new DirectDriver(host, (container, input) -> inputs.add(input));
        Files.createSymbolicLink(folder.resolve("claim"), Path.of("supervisor"));
        note("leader", "4711 99");
    }

    private static HostPlans plans() {
        return new HostPlans(
                false, false, new PolicyEnforcer(ContainerPolicy.PRIVILEGED), SupervisorProgram.installed());
    }

    private static final class LaunchesNothing implements Launcher {
        @Override
        public void launch(ContainerSpec spec, long run) {}

        @Override
        public void reload(ContainerSpec spec, long leader) {}
    }

    private <T> Future<T> work(Callable<T> task) {
        return vertx.executeBlocking(task, false);
    }

    private Runnable later(Duration delay, Runnable task) {
        long timer = vertx.setTimer(delay.toMillis(), id -> task.run());
        return () -> vertx.cancelTimer(timer);
    }

    @AfterEach
    void close() throws Exception {
        folders.close();
        vertx.close().await(10, TimeUnit.SECONDS);
        DirectoryTrees.delete(runtime);
    }

    /** As a new runner does with every run that it finds in its journals. */
    private Observation adopt() throws Exception {
        return adopt(RUN);
    }

    private Observation adopt(long run) throws Exception {
        var seen = new CompletableFuture<Observation>();
        context.runOnContext(
                now -> driver.observe(WEB, run).onSuccess(seen::complete).onFailure(seen::completeExceptionally));
        return seen.get(10, TimeUnit.SECONDS);
    }

    private void note(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve("." + name), text + "\n");
        Files.move(file, folder.resolve(name));
    }

    @Test
    void eventsBeforeAndAfterAdoptionAreReportedOnceInOrder() throws Exception {
        note("supervisor", self.pid() + " " + self.startTime());
        note("ready", "ready");
        assertThat(adopt()).isEqualTo(new Observation(true, 4711L, true, null));
        await().until(() -> inputs.size() == 2);
        note("exit", "7");
        await().until(() -> inputs.size() == 3);
        assertThat(inputs.subList(0, 2)).containsExactly(new Input.LeaderKnown(RUN, 4711), new Input.Ready(RUN));
        assertThat(inputs.get(2)).isInstanceOfSatisfying(Input.Exited.class, exited -> {
            assertThat(exited.run()).isEqualTo(RUN);
            assertThat(exited.status()).isEqualTo(7);
        });
    }

    @Test
    void exitWithoutARunnerIsFound() throws Exception {
        note("supervisor", self.pid() + " " + (self.startTime() - 1));
        note("exit", "7");
        assertThat(adopt().exit()).isNotNull().extracting(Exit::status).isEqualTo(7);
    }

    @Test
    void runOfALivingSupervisorHasNotExited() throws Exception {
        note("supervisor", self.pid() + " " + self.startTime());
        adopt();
        await().during(SOON)
                .atMost(SOON.plusSeconds(2))
                .until(() -> inputs.stream().noneMatch(Input.Exited.class::isInstance));
    }

    @Test
    void reusedPidIsNotTheSupervisor() throws Exception {
        note("supervisor", self.pid() + " " + (self.startTime() - 1));
        adopt();
        await().atMost(SOON).until(() -> inputs.stream().anyMatch(Input.Exited.class::isInstance));
    }

    @Test
    void firstClaimDecidesWhetherARunBegins() throws Exception {
        assertThat(adopt(RUN).spawned()).isTrue();
        assertThat(adopt(4).spawned()).isFalse();
        // A runner that prevented it may have ended before it could say so.
        assertThat(adopt(4).spawned()).isFalse();
    }

    /** Earlier versions wrote {@code shim} and {@code said} instead of {@code supervisor} and {@code last-output}. */
    @Test
    void runOfAnEarlierVersionIsAdopted() throws Exception {
        Files.delete(folder.resolve("claim"));
        Files.createSymbolicLink(folder.resolve("claim"), Path.of("shim"));
        note("shim", self.pid() + " " + self.startTime());
        note("ready", "ready");
        assertThat(adopt()).isEqualTo(new Observation(true, 4711L, true, null));
        note("said", "no such file");
        note("exit", "7");
        await().until(() -> inputs.stream().anyMatch(Input.Exited.class::isInstance));
        assertThat(inputs.getLast())
                .isInstanceOfSatisfying(
                        Input.Exited.class,
                        exited -> assertThat(exited.lastOutput()).isEqualTo("no such file"));
    }

    @Test
    void killedSupervisorOfAnEarlierVersionIsFound() throws Exception {
        note("shim", self.pid() + " " + (self.startTime() - 1));
        adopt();
        await().atMost(SOON).until(() -> inputs.stream().anyMatch(Input.Exited.class::isInstance));
    }
}
