package io.hatchery.acceptance.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.acceptance.fixture.HostState;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A broker, a runner and some thirty containers, all of them real, while clients command and a monkey kills. In the end the
 * kernel and the topics are asked what is true. {@code -Dchaos.seconds=N} sets how long, {@code -Dchaos.seed=S} what happens.
 */
class ChaosTest {
    private static final Duration LENGTH = Duration.ofSeconds(Integer.getInteger("chaos.seconds", 300));
    private static final long SEED = Long.getLong("chaos.seed", System.currentTimeMillis());
    private static final Duration SETTLING = Duration.ofMinutes(2);
    private static final long PROGRESS_SECONDS = 30;
    private static final long KIB = 1024;

    private ChaosNetwork network;
    private Installation installation;
    private List<ChaosWorkloads.Workload> animals;
    private ChaosClients clients;
    private ChaosInvariants truth;
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    @BeforeEach
    void up() throws IOException {
        network = new ChaosNetwork();
        installation = Installation.createWithin(network.within(), ChaosNetwork.aroundRunner());
        Files.createDirectories(installation.data());
        ProcessResult.toEnd(new ProcessBuilder(
                        "mount",
                        "-t",
                        "tmpfs",
                        "-o",
                        "size=300m",
                        "hatchery-test",
                        installation.data().toString()))
                .orFail();
        for (Service service : Service.values()) {
            installation.start(service);
        }
        animals = ChaosWorkloads.in(installation.roots());
        clients = new ChaosClients(installation, network.within(), animals);
        truth = new ChaosInvariants(installation);
    }

    @AfterEach
    void down() {
        over = true;
        try {
            if (installation != null) {
                installation.close();
            }
        } finally {
            network.close();
        }
    }

    @Test
    void randomKillsLoseNothingAndRepeatNothing() throws Exception {
        System.out.println("chaos: " + LENGTH.toSeconds() + " s with -Dchaos.seed=" + SEED);
        for (ChaosWorkloads.Workload animal : animals) {
            assertThat(clients.define(animal, 0)).isTrue();
            assertThat(clients.command("start", animal.name())).isTrue();
        }
        Map<Service, Long> files = openFiles();
        Map<Service, Long> memory = memory();
        chaos();
        for (Service service : Service.values()) {
            installation.awaitReady(service);
        }
        animals.stream()
                .filter(animal -> animal.kind() == ChaosWorkloads.Kind.CRASHER)
                .forEach(animal ->
                        assertThat(clients.command("stop", animal.name())).isTrue());
        assertThat(wrong).isEmpty();
        everyCommandHasOneOutcome();
        await().atMost(SETTLING).pollInterval(Duration.ofSeconds(1)).untilAsserted(this::whatIsSaidIsTrue);
        whatWasAcceptedIsInForce();
        nothingIsLeft();
        for (ChaosWorkloads.Workload animal : animals) {
            if (animal.kind() == ChaosWorkloads.Kind.GOOD) {
                ChaosWorkloads.assertSignalledOnce(animal);
            }
        }
        flat(files, memory);
    }

    private void chaos() throws InterruptedException {
        Instant end = Instant.now().plus(LENGTH);
        var monkey = new ChaosMonkey(installation, network, new Random(SEED));
        var threads = List.of(
                repeat(end, new Random(SEED + 1), (random, number) -> clients.actByHttp(random, number)),
                repeat(end, new Random(SEED + 2), (random, number) -> clients.actByKcat(random)),
                Thread.ofPlatform().start(this::watchSupervisors));
        int acts = 0;
        Instant reported = Instant.now();
        while (Instant.now().isBefore(end)) {
            monkey.rest(1_000, 6_000);
            String act = monkey.act();
            acts++;
            monkey.rest(50, 1_000);
            monkey.revive();
            if (Duration.between(reported, Instant.now()).toSeconds() >= PROGRESS_SECONDS) {
                reported = Instant.now();
                System.out.println("chaos: " + clients.accepted.size() + " commands accepted, " + acts
                        + " acts, the last: " + act);
            }
        }
        monkey.revive();
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println("chaos: is over after " + clients.accepted.size() + " commands and " + acts + " acts");
    }

    /** Something that a client does. */
    private interface Act {
        void act(Random random, int number);
    }

    private Thread repeat(Instant end, Random random, Act act) {
        return Thread.ofPlatform().start(() -> {
            try {
                for (int number = 1; Instant.now().isBefore(end); number++) {
                    act.act(random, number);
                    Thread.sleep(random.nextInt(600));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException | AssertionError e) {
                wrong.add("a client ended: " + e);
            }
        });
    }

    private void watchSupervisors() {
        try {
            while (!over) {
                Map<String, List<Long>> now = HostState.allSupervisors();
                now.values().removeIf(pids -> pids.size() == 1);
                Thread.sleep(200);
                // What nspawn forked outlives it by a moment and looks like it, having lost its parent.
                if (!now.isEmpty()) {
                    Map<String, List<Long>> later = HostState.allSupervisors();
                    now.forEach((container, pids) -> {
                        if (later.getOrDefault(container, List.of()).containsAll(pids)) {
                            wrong.add("two supervisors of " + container + ": " + pids);
                        }
                    });
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void everyCommandHasOneOutcome() {
        await().atMost(SETTLING).pollInterval(Duration.ofSeconds(2)).untilAsserted(() -> {
            Map<String, Integer> outcomes = truth.outcomes();
            assertThat(clients.accepted.keySet().stream().filter(id -> !outcomes.containsKey(id)))
                    .as("accepted and without an outcome")
                    .isEmpty();
        });
        var more = new TreeMap<>(truth.outcomes());
        more.values().removeIf(times -> times == 1);
        assertThat(more).as("commands with more than one outcome").isEmpty();
    }

    private void whatIsSaidIsTrue() {
        Map<String, JsonNode> statuses = truth.latest("hatchery.status");
        Map<String, String> verbs = truth.lastVerbs();
        for (ChaosWorkloads.Workload animal : animals) {
            JsonNode status = statuses.get(animal.name());
            List<Long> supervisors = HostState.supervisors(animal.name());
            String as = animal.name() + ", " + status + ", last asked to " + verbs.get(animal.name());
            boolean runs = status.path("phase").asText().equals("running");
            assertThat(supervisors).as(as).hasSize(runs ? 1 : 0);
            if (runs) {
                assertThat(HostState.members(animal.name()))
                        .as(as)
                        .contains(status.path("leader").asLong());
            } else {
                assertThat(status.path("phase").asText()).as(as).isIn("stopped", "failed");
                assertThat(HostState.cgroups(animal.name())).as(as).isEmpty();
            }
            if (animal.isObedient()) {
                boolean asked = List.of("start", "restart").contains(verbs.get(animal.name()));
                assertThat(runs).as(as).isEqualTo(asked);
            }
        }
    }

    private void whatWasAcceptedIsInForce() {
        Map<String, JsonNode> specs = truth.latest("hatchery.host." + Installation.HOST + ".specs");
        clients.defined.forEach((container, version) -> assertThat(
                        specs.get(container).at("/labels/version").asInt())
                .as(container)
                .isEqualTo(version));
    }

    private void nothingIsLeft() {
        for (ChaosWorkloads.Workload animal : animals) {
            assertThat(clients.command("kill", animal.name())).isTrue();
        }
        everyCommandHasOneOutcome();
        for (ChaosWorkloads.Workload animal : animals) {
            HostState.assertGone(animal.name(), animal.root());
        }
    }

    private void flat(Map<Service, Long> filesBefore, Map<Service, Long> memoryBefore) throws IOException {
        Map<Service, Long> files = openFiles();
        Map<Service, Long> memory = memory();
        System.out.println(
                "chaos: open files " + filesBefore + " then " + files + ", KiB " + memoryBefore + " then " + memory);
        for (Service service : Service.values()) {
            assertThat(files.get(service)).as("open files of " + service).isLessThan(filesBefore.get(service) + 60);
            assertThat(memory.get(service)).as("KiB of " + service).isLessThan(memoryBefore.get(service) + 200 * KIB);
        }
    }

    private Map<Service, Long> openFiles() throws IOException {
        var files = new TreeMap<Service, Long>();
        for (Service service : Service.values()) {
            try (var open =
                    Files.list(Path.of("/proc/" + installation.process(service).pid() + "/fd"))) {
                files.put(service, open.count());
            }
        }
        return files;
    }

    private Map<Service, Long> memory() throws IOException {
        var memory = new TreeMap<Service, Long>();
        for (Service service : Service.values()) {
            for (String line : Files.readAllLines(
                    Path.of("/proc/" + installation.process(service).pid() + "/status"))) {
                if (line.startsWith("VmRSS:")) {
                    memory.put(service, Long.parseLong(line.replaceAll("[^0-9]", "")));
                }
            }
        }
        return memory;
    }
}
