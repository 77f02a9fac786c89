package io.hatchery.runner.simulation;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Time and chance. */
final class World {
    private static final Instant BEGINNING = Instant.parse("2026-01-01T00:00:00Z");

    final SplittableRandom random;
    final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    private final Map<Fault, Double> likely = new EnumMap<>(Fault.class);
    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private final @Nullable List<String> trace;
    private long now;
    private long sequence;
    private int steps;
    private boolean quiet;
    private boolean dormant;
    private @Nullable Violation violation;

    /** A process of this world: what it has yet to do ends with it. */
    static final class Actor {
        final String name;
        private boolean dead;
        private long pausedUntil;
        private final List<Runnable> mourners = new ArrayList<>();

        Actor(String name) {
            this.name = name;
        }

        boolean isDead() {
            return dead;
        }

        /** Does nothing until then, and then what was due meanwhile. */
        void pauseUntil(long time) {
            pausedUntil = time;
        }

        void onDeath(Runnable mourner) {
            mourners.add(mourner);
        }

        void die() {
            if (!dead) {
                dead = true;
                mourners.forEach(Runnable::run);
            }
        }
    }

    /** A process ends here and now. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("killed", null, false, false);
        }
    }

    private record Task(
            long at, long tie, long sequence, @Nullable Actor owner, String what, Runnable work)
            implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            int byTime = Long.compare(at, other.at);
            int byTie = byTime == 0 ? Long.compare(tie, other.tie) : byTime;
            return byTie == 0 ? Long.compare(sequence, other.sequence) : byTie;
        }
    }

    World(long seed, boolean traced) {
        this.random = new SplittableRandom(seed);
        this.trace = traced ? new ArrayList<>() : null;
        allow(EnumSet.complementOf(EnumSet.copyOf(Fault.OF_GATEWAYS)));
    }

    /** These may happen, though half of them are absent from a run, so that what others lead to is not always cut short. */
    void allow(Set<Fault> faults) {
        for (Fault fault : faults) {
            likely.put(fault, random.nextBoolean() ? 0 : fault.most * random.nextDouble());
        }
    }

    /** Microseconds since this world began. */
    long now() {
        return now;
    }

    Instant instant() {
        return BEGINNING.plus(now, ChronoUnit.MICROS);
    }

    int steps() {
        return steps;
    }

    boolean isQuiet() {
        return quiet;
    }

    /** From now on nothing goes wrong any more. */
    void quieten() {
        quiet = true;
        note("-- no more faults");
    }

    boolean isDormant() {
        return dormant;
    }

    /** While it is, nothing goes wrong, and who has nothing to do looks up seldom. */
    void setDormant(boolean now) {
        dormant = now;
        note(now ? "-- weeks pass" : "-- weeks have passed");
    }

    boolean happens(Fault fault) {
        if (quiet || dormant || random.nextDouble() >= likely.getOrDefault(fault, 0.0)) {
            return false;
        }
        faults.merge(fault, 1, Integer::sum);
        note("!! " + fault);
        return true;
    }

    /** Between these, rather sooner than later. */
    long between(long least, long most) {
        double part = random.nextDouble();
        return least + (long) ((most - least) * part * part);
    }

    /** Does something after so many microseconds, unless its owner has ended; among equal times the seed decides. */
    void after(long micros, @Nullable Actor owner, String what, Runnable work) {
        tasks.add(new Task(now + Math.max(0, micros), random.nextLong(), sequence++, owner, what, work));
    }

    void after(Duration wait, @Nullable Actor owner, String what, Runnable work) {
        after(wait.toNanos() / 1000, owner, what, work);
    }

    /** Goes on until then. */
    void runUntil(long end) {
        for (Task next = tasks.peek(); next != null && next.at <= end; next = tasks.peek()) {
            tasks.remove();
            if (next.owner != null && next.owner.pausedUntil > next.at) {
                tasks.add(new Task(
                        next.owner.pausedUntil, random.nextLong(), next.sequence, next.owner, next.what, next.work));
            } else if (next.owner == null || !next.owner.isDead()) {
                take(next);
            }
        }
        now = Math.max(now, end);
    }

    private void take(Task task) {
        now = task.at;
        steps++;
        if (trace != null && !task.what.isEmpty()) {
            note((task.owner == null ? "" : task.owner.name + ": ") + task.what);
        }
        try {
            task.work.run();
        } catch (Killed e) {
            note("killed amidst it");
        } catch (RuntimeException e) {
            // In a real process it would end the service, or be lost on a thread: neither may happen.
            var stack = new StringWriter();
            e.printStackTrace(new PrintWriter(stack));
            check(false, () -> "thrown: " + stack);
        }
        if (violation != null) {
            throw violation;
        }
    }

    void note(String line) {
        if (trace != null) {
            trace.add(String.format("%14.6f  %s", now / 1e6, line));
        }
    }

    boolean isTraced() {
        return trace != null;
    }

    List<String> trace() {
        return trace == null ? List.of() : trace;
    }

    /** Futures swallow what is thrown in them: a violation is kept, and thrown at the end of the step. */
    void check(boolean holds, Supplier<String> otherwise) {
        if (!holds && violation == null) {
            violation = new Violation(otherwise.get());
            note("## " + violation.getMessage());
            throw violation;
        }
    }
}
