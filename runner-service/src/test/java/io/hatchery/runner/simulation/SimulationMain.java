package io.hatchery.runner.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** Runs one seed for someone who wants to look. */
final class SimulationMain {
    private SimulationMain() {}

    public static void main(String[] arguments) {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
        long from = Long.parseLong(arguments[0]);
        long runs = Long.parseLong(arguments[1]);
        long begun = System.nanoTime();
        long steps = 0;
        int violated = 0;
        for (long seed = from; seed < from + runs; seed++) {
            Simulation.Result result = Simulation.run(seed, Mutation.NONE, runs == 1);
            steps += result.steps();
            if (runs == 1) {
                result.trace().forEach(System.out::println);
            }
            if (result.violation() != null) {
                violated++;
                System.out.println(seed + ": " + result.violation().getMessage());
            }
        }
        System.out.println(runs + " runs, " + steps + " steps, " + violated + " violated, "
                + (System.nanoTime() - begun) / 1_000_000 + " ms");
    }
}
