package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.LifecycleScenario.SpecBuilder;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** One thing that happens to a container in a random test. A move holds all that was drawn for it, so that a list of moves can be shortened. */
sealed interface Move {
    /** The host gets a spec, of the next generation. */
    record Define(boolean autoStart, boolean restartIfChanged, String root) implements Move {
        SpecBuilder spec(long generation) {
            return SpecBuilder.plain()
                    .generation(generation)
                    .autoStart(autoStart)
                    .restartIfChanged(restartIfChanged)
                    .root(root);
        }
    }

    /** The host's spec is taken away. */
    record Remove(boolean purge) implements Move {}

    /** A command arrives. */
    record Command(Verb verb) implements Move {}

    /** Time passes. */
    record Wait(Duration time) implements Move {}

    /** A running container ends by itself. */
    record Exit(int status) implements Move {}

    /** The runner is replaced by another one. */
    record Adopt() implements Move {}

    /** Someone on the host starts the container. */
    record StartOutside() implements Move {}

    /** Someone on the host stops the container. */
    record StopOutside() implements Move {}

    /** The world answers the oldest effect that has no answer yet. */
    record Answer() implements Move {}

    /** The moves of a seed, always the same. */
    static List<Move> random(long seed, int length) {
        var random = new SplittableRandom(seed);
        return Stream.generate(() -> one(random)).limit(length).toList();
    }

    private static Move one(SplittableRandom random) {
        return switch (random.nextInt(28)) {
            case 0, 1 -> new Define(random.nextBoolean(), random.nextBoolean(), random.nextBoolean() ? "/r" : "/s");
            case 2 -> random.nextInt(3) == 0 ? new Remove(random.nextBoolean()) : new Answer();
            case 3, 4, 5, 6 -> new Command(oneOf(random, Verb.commands()));
            case 7, 8 -> new Wait(Duration.ofSeconds(random.nextInt(200)));
            case 9, 10 -> new Exit(oneOf(random, List.of(0, 1, 7, 133)));
            case 11, 12 -> new Adopt();
            case 13, 14 -> new StartOutside();
            case 15, 16 -> new StopOutside();
            default -> new Answer();
        };
    }

    private static <T> T oneOf(SplittableRandom random, List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
