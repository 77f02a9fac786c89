package io.hatchery.runner.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Whatever goes wrong, nothing is lost and nothing is done twice. {@code -Dsimulations=N} sets how many runs there are,
 * {@code -Dseed=S} the first of their seeds; a single run is traced.
 */
class SimulationTest {
    /** About four minutes on two processors: a run is six times as long as one without weeks, hostile records and systems. */
    private static final int RUNS = Integer.getInteger("simulations", 5_000);

    private static final long FIRST_SEED = Long.getLong("seed", 1);
    private static final int THREADS = 2;
    /** Within so many runs every bug is found: a fifth of what a build runs. */
    private static final int RUNS_FOR_A_BUG = 1_000;

    private static final int PROGRESS = 5_000;

    private static Level before;

    @BeforeAll
    static void silence() {
        before = root().getLevel();
        root().setLevel(Level.OFF);
    }

    @AfterAll
    static void speak() {
        root().setLevel(before);
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    @Test
    void nothingIsLostAndNothingIsDoneTwice() throws InterruptedException {
        int runs = System.getProperty("seed") != null && System.getProperty("simulations") == null ? 1 : RUNS;
        var next = new AtomicLong(FIRST_SEED);
        var steps = new AtomicLong();
        var faults = new EnumMap<Fault, Long>(Fault.class);
        var failed = new AtomicReference<Simulation.Result>();
        var threads = new Thread[THREADS];
        for (int i = 0; i < THREADS; i++) {
            threads[i] = Thread.ofPlatform().start(() -> {
                for (long seed = next.getAndIncrement();
                        seed < FIRST_SEED + runs && failed.get() == null;
                        seed = next.getAndIncrement()) {
                    Simulation.Result result = Simulation.run(seed, Mutation.NONE, false);
                    steps.addAndGet(result.steps());
                    add(faults, result.faults());
                    if (result.violation() != null) {
                        failed.set(result);
                    }
                    if ((seed - FIRST_SEED + 1) % PROGRESS == 0) {
                        System.out.println("simulation: " + (seed - FIRST_SEED + 1) + " of " + runs + " runs");
                    }
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Simulation.Result violated = failed.get();
        if (violated != null) {
            explain(violated.seed());
        }
        System.out.println("simulation: " + (next.get() - FIRST_SEED - THREADS) + " runs, " + steps + " steps, faults: "
                + faults.entrySet().stream()
                        .map(fault ->
                                fault.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' ') + " "
                                        + fault.getValue())
                        .collect(Collectors.joining(", ")));
        assertThat(violated == null ? null : violated.violation())
                .as("seed " + (violated == null ? "" : violated.seed()))
                .isNull();
    }

    private static void add(Map<Fault, Long> all, Map<Fault, Integer> some) {
        synchronized (all) {
            some.forEach((fault, times) -> all.merge(fault, (long) times, Long::sum));
        }
    }

    private static void explain(long seed) {
        Simulation.Result traced = Simulation.run(seed, Mutation.NONE, true);
        traced.trace().forEach(System.out::println);
        System.out.println("simulation: seed " + seed + " violates: " + traced.violation());
        System.out.println("simulation: again with ./test --simulate 1 --seed " + seed);
    }

    @Test
    void seedDeterminesTheWholeRun() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + 20; seed++) {
            assertThat(withoutIds(seed)).as("seed " + seed).isEqualTo(withoutIds(seed));
        }
    }

    /** What has a random id of its own has it for its readers' sake alone. */
    private static String withoutIds(long seed) {
        return String.join("\n", Simulation.run(seed, Mutation.NONE, true).trace())
                .replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "id");
    }

    static Iterable<Mutation> bugs() {
        return Mutation.bugs();
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("bugs")
    void seededBugIsFound(Mutation bug) {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + RUNS_FOR_A_BUG; seed++) {
            Simulation.Result result = Simulation.run(seed, bug, false);
            if (result.violation() != null) {
                System.out.println("simulation: " + bug + " is found by seed " + seed + ": "
                        + result.violation().getMessage().replaceAll("(?s)(.{160}).*", "$1…"));
                return;
            }
        }
        throw new AssertionError(bug + " is not found in " + RUNS_FOR_A_BUG + " runs");
    }
}
