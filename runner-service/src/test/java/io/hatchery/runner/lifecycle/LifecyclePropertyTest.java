package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Exit;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.Tale.Wish;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever happens in whatever order, some things hold. The world of this test answers every effect, but when it likes. */
class LifecyclePropertyTest {
    private static final int STEPS = 120;
    private static final List<Verb> VERBS = List.of(Verb.START, Verb.STOP, Verb.RESTART, Verb.KILL);

    private final Map<Long, Integer> signals = new HashMap<>();
    private final Map<String, Integer> accepted = new HashMap<>();
    private final java.util.ArrayDeque<Input> answers = new java.util.ArrayDeque<>();
    private long spawned;
    private boolean alive;

    @Property(tries = 2000)
    void everyCommandEndsOnceAndOneRunLivesAtATime(@ForAll long seed) {
        signals.clear();
        accepted.clear();
        answers.clear();
        alive = false;
        spawned = 0;
        var random = new Random(seed);
        var tale = new Tale();
        int generation = 1;
        int commands = 0;
        for (int i = 0; i < STEPS; i++) {
            switch (random.nextInt(14)) {
                case 0 ->
                    give(
                            tale,
                            new Input.SpecArrived(
                                    wish(random).generation(generation++).spec()));
                case 1 -> {
                    if (random.nextInt(6) == 0) {
                        give(
                                tale,
                                new Input.SpecRemoved(
                                        new CommandId("rm" + commands++), null, null, false, null, tale.now));
                    }
                }
                case 2, 3 -> {
                    tale.command(VERBS.get(random.nextInt(VERBS.size())), "c" + commands++);
                    world(tale);
                }
                case 4 -> {
                    tale.after(Duration.ofSeconds(random.nextInt(200)));
                    world(tale);
                }
                case 5 -> exit(tale, random);
                case 6 -> adopt(tale);
                case 7 -> {
                    if (!alive) {
                        give(tale, new Input.BegunOutside());
                    }
                }
                case 8 -> {
                    if (alive && tale.state.life() instanceof Life.Running) {
                        give(tale, new Input.StopAskedOutside(tale.run()));
                        leave(tale.run(), 0, tale);
                    }
                }
                default -> answer(tale);
            }
        }
        settle(tale);
        assertThat(tale.state.jobs())
                .as("commands without an outcome, after\n%s", String.join("\n", tale.told))
                .isEmpty();
        accepted.forEach(
                (id, times) -> assertThat(times).as("outcomes of " + id).isEqualTo(1));
    }

    private static Wish wish(Random random) {
        return Wish.plain()
                .autoStart(random.nextBoolean())
                .restartIfChanged(random.nextBoolean())
                .root(random.nextBoolean() ? "/r" : "/s");
    }

    private void give(Tale tale, Input input) {
        tale.give(input);
        world(tale);
    }

    /** Does what is asked: the processes are there or not, and everything else is answered later. */
    private void world(Tale tale) {
        for (Effect effect : tale.effects) {
            switch (effect) {
                case Effect.Define e -> assertThat(e.spec()).isEqualTo(tale.state.spec());
                case Effect.Adopt e -> {
                    assertThat(alive).as("adopted beside a living one").isFalse();
                    spawned = e.run();
                    alive = true;
                    answers.add(new Input.Spawned(e.run()));
                    answers.add(new Input.Ready(e.run()));
                }
                case Effect.Fetch e -> answers.add(new Input.Fetched(e.run(), e.spec()));
                case Effect.Abandon e -> {}
                case Effect.Prepare e -> answers.add(new Input.Prepared(e.run()));
                case Effect.Spawn e -> {
                    assertThat(alive).as("a second run beside a living one").isFalse();
                    assertThat(e.run()).as("a run is begun once").isGreaterThan(spawned);
                    spawned = e.run();
                    alive = true;
                    answers.add(new Input.Spawned(e.run()));
                    answers.add(new Input.Ready(e.run()));
                }
                case Effect.Reload e -> answers.add(new Input.Reloaded(e.run(), e.spec()));
                case Effect.SignalLeader e -> {
                    assertThat(signals.merge(e.run(), 1, Integer::sum))
                            .as("signals to run " + e.run())
                            .isEqualTo(1);
                    leave(e.run(), 0, tale);
                }
                case Effect.TerminateSupervisor e -> leave(e.run(), 0, tale);
                case Effect.Kill e -> leave(e.run(), 137, tale);
                case Effect.CleanUp e -> {
                    alive = false;
                    answers.add(new Input.CleanedUp(e.run()));
                }
                case Effect.Remove e -> {
                    assertThat(alive).as("removed under its processes").isFalse();
                    answers.add(new Input.Removed(e.removal()));
                }
                case Effect.Publish(FleetEvent.Ended ended) ->
                    accepted.merge(ended.id().value(), 1, Integer::sum);
                case Effect.Publish(FleetEvent.Accepted a) -> accepted.putIfAbsent(a.id().value(), 0);
                case Effect.Publish p -> {}
            }
        }
    }

    private void leave(long run, int status, Tale tale) {
        if (alive && run == spawned) {
            alive = false;
            answers.add(new Input.Exited(run, status, tale.now));
        }
    }

    private void answer(Tale tale) {
        Input answer = answers.poll();
        if (answer != null) {
            give(tale, answer);
        }
    }

    private void exit(Tale tale, Random random) {
        if (alive && tale.state.life() instanceof Life.Running) {
            leave(spawned, List.of(0, 1, 7, 133).get(random.nextInt(4)), tale);
        }
    }

    /** The runner dies with what it had not heard, and another takes up the state and looks. */
    private void adopt(Tale tale) {
        if (answers.stream().anyMatch(Input.Spawned.class::isInstance)) {
            return; // begun and not yet heard of: the same observation as Spawned
        }
        Exit exit = answers.stream()
                .filter(Input.Exited.class::isInstance)
                .map(Input.Exited.class::cast)
                .findFirst()
                .map(e -> new Exit(e.status(), e.at()))
                .orElse(null);
        boolean ready =
                answers.stream().anyMatch(Input.Ready.class::isInstance) || tale.state.life() instanceof Life.Running;
        answers.clear();
        boolean begun = tale.state.life() instanceof Life.Active active && active.run() == spawned;
        give(tale, new Input.Adopted(new Observation(begun, null, ready && begun, begun ? exit : null)));
    }

    private void settle(Tale tale) {
        for (int i = 0; i < 400 && !(answers.isEmpty() && tale.state.jobs().isEmpty()); i++) {
            if (answers.isEmpty()) {
                tale.after(Duration.ofSeconds(200));
                world(tale);
            } else {
                answer(tale);
            }
        }
    }
}
