package io.hatchery.runner.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Gateways that are killed and clients that lose their connections show what is on the topics. {@code -Dsimulations=N} runs a
 * tenth of N worlds, {@code -Dgateway.seed=S} traces one.
 */
class GatewaySimulationTest {
    private static final int RUNS = Math.max(1, Integer.getInteger("simulations", 5_000) / 10);
    private static final long SEED = Long.getLong("gateway.seed", 0);
    private static final int RUNS_FOR_A_BUG = 1_000;

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
    void gatewaysAndClientsShowWhatIsOnTheTopics() {
        for (long seed = SEED == 0 ? 1 : SEED; seed <= (SEED == 0 ? RUNS : SEED); seed++) {
            Simulation.Result result = Simulation.runWithGateways(seed, Mutation.NONE, SEED != 0);
            result.trace().forEach(System.out::println);
            assertThat(result.violation()).as("-Dgateway.seed=" + seed).isNull();
        }
        System.out.println("simulation: " + RUNS + " runs with gateways");
    }

    static Iterable<Mutation> bugs() {
        return Mutation.bugsOfGateways();
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("bugs")
    void bugOfAGatewayIsFound(Mutation bug) {
        for (long seed = 1; seed <= RUNS_FOR_A_BUG; seed++) {
            Simulation.Result result = Simulation.runWithGateways(seed, bug, false);
            if (result.violation() != null) {
                System.out.println("simulation: " + bug + " is found by seed " + seed + ": "
                        + result.violation().getMessage().replaceAll("(?s)(.{160}).*", "$1…"));
                return;
            }
        }
        throw new AssertionError(bug + " is not found in " + RUNS_FOR_A_BUG + " runs");
    }
}
