package io.hatchery.acceptance.resilience;

import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.Roots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The containers of a chaos run, with what is to be known of how they behave. */
final class ChaosWorkloads {
    private static final String IDLE = "while true; do sleep 1 & wait $!; done";

    /** How a container behaves. */
    enum Kind {
        /** Halts when it is asked to, and notes each start and each signal. */
        GOOD,
        /** Ignores every signal that can be ignored. */
        DEAF,
        /** Ends by itself with status 3, soon. */
        CRASHER,
        /** Never gets ready. */
        NEVER_READY,
        /** A whole Debian. */
        DEBIAN
    }

    /**
     * A container.
     *
     * @param definition without its label, which a client changes
     */
    record Workload(String name, Kind kind, Path root, String definition) {
        String defined(int version) {
            return "{\"root\": \"" + root + "\", \"boot\": true, \"labels\": {\"version\": \"" + version + "\"}, "
                    + definition + "}";
        }

        /** Whether it runs exactly if it was asked to. */
        boolean isObedient() {
            return kind == Kind.GOOD || kind == Kind.DEAF || kind == Kind.DEBIAN;
        }
    }

    private ChaosWorkloads() {}

    static List<Workload> in(Path roots) {
        var animals = new ArrayList<Workload>();
        for (int i = 0; i < 14; i++) {
            animals.add(small(
                    roots,
                    Kind.GOOD,
                    i,
                    "trap 'echo halt >> /log; exit 0' 37; echo start >> /log; " + IDLE,
                    "\"readiness\": \"started\", \"stopTimeout\": \"20s\""));
        }
        for (int i = 0; i < 6; i++) {
            animals.add(small(
                    roots,
                    Kind.DEAF,
                    i,
                    "trap '' 37 15; " + IDLE,
                    "\"readiness\": \"started\", \"stopTimeout\": \"2s\""));
        }
        for (int i = 0; i < 6; i++) {
            animals.add(small(
                    roots,
                    Kind.CRASHER,
                    i,
                    "trap 'exit 0' 37; sleep " + (1 + i) + " & wait $!; exit 3",
                    "\"readiness\": \"started\", \"stopTimeout\": \"3s\""));
        }
        for (int i = 0; i < 4; i++) {
            animals.add(
                    small(
                            roots,
                            Kind.NEVER_READY,
                            i,
                            IDLE,
                            "\"readiness\": \"notify\", \"startTimeout\": \"3s\", \"restart\": \"no\", \"stopTimeout\": \"2s\""));
        }
        for (int i = 0; i < 2; i++) {
            Path root = roots.resolve("debian" + i);
            ProcessResult.toEnd(new ProcessBuilder("cp", "-a", Roots.debian().toString(), root.toString()))
                    .orFail();
            animals.add(new Workload("t-debian" + i, Kind.DEBIAN, root, "\"stopTimeout\": \"30s\""));
        }
        return animals;
    }

    private static Workload small(Path roots, Kind kind, int number, String init, String definition) {
        String name = "t-" + kind.name().toLowerCase(Locale.ROOT).replace('_', '-') + number;
        return new Workload(name, kind, Roots.busybox(roots.resolve(name), init), definition);
    }

    /** Insists that a good one was never signalled twice in a run. */
    static void assertSignalledOnce(Workload animal) throws IOException {
        Path log = animal.root().resolve("log");
        String last = "";
        for (String line : Files.exists(log) ? Files.readAllLines(log) : List.<String>of()) {
            if (line.equals("halt") && last.equals("halt")) {
                throw new AssertionError(animal.name() + " was signalled twice: " + Files.readString(log));
            }
            last = line;
        }
    }
}
