package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Exit;
import io.hatchery.protocol.FleetEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** A world that does every effect at once and answers it when a move says so, and that fails when it is asked for what must not be. */
final class AnsweringWorld {
    private final LifecycleScenario scenario = new LifecycleScenario();
    private final Map<Long, Integer> signals = new HashMap<>();
    private final Map<String, Integer> outcomes = new HashMap<>();
    private final ArrayDeque<Input> answers = new ArrayDeque<>();
    private long spawned;
    private boolean alive;
    private long generation = 1;
    private int commands;

    void move(Move move) {
        switch (move) {
            case Move.Define define ->
                give(new Input.SpecArrived(define.spec(generation++).spec()));
            case Move.Remove remove ->
                give(new Input.SpecRemoved(
                        new CommandId("rm" + commands++), null, null, remove.purge(), null, scenario.now));
            case Move.Command command -> {
                scenario.command(command.verb(), "c" + commands++);
                react();
            }
            case Move.Wait wait -> await(wait.time());
            case Move.Exit exit -> {
                if (scenario.state.lifecycle() instanceof LifecycleState.Running) {
                    leave(spawned, exit.status());
                }
            }
            case Move.Adopt a -> adopt();
            case Move.StartOutside s -> {
                if (!alive) {
                    give(new Input.StartedExternally());
                }
            }
            case Move.StopOutside s -> {
                if (alive && scenario.state.lifecycle() instanceof LifecycleState.Running) {
                    give(new Input.StopRequestedExternally(scenario.run()));
                    leave(scenario.run(), 0);
                }
            }
            case Move.Answer a -> answer();
        }
    }

    /** Answers everything and lets time pass until nothing is left to do. */
    void settle() {
        for (int i = 0;
                i < 400 && !(answers.isEmpty() && scenario.state.operations().isEmpty());
                i++) {
            if (answers.isEmpty()) {
                await(Duration.ofSeconds(200));
            } else {
                answer();
            }
        }
    }

    /** Fails unless every accepted command has exactly one outcome. */
    void check() {
        assertThat(scenario.state.operations())
                .as("commands without an outcome, after\n%s", String.join("\n", scenario.trace))
                .isEmpty();
        outcomes.forEach(
                (id, times) -> assertThat(times).as("outcomes of " + id).isEqualTo(1));
    }

    private void give(Input input) {
        scenario.give(input);
        react();
    }

    private void await(Duration time) {
        scenario.after(time);
        react();
    }

    private void react() {
        for (Effect effect : scenario.effects) {
            switch (effect) {
                case Effect.Define e -> assertThat(e.spec()).isEqualTo(scenario.state.spec());
                case Effect.Adopt e -> begin(e.run());
                case Effect.Fetch e -> answers.add(new Input.Fetched(e.run(), e.spec()));
                case Effect.CancelPrepare e -> {}
                case Effect.Prepare e -> answers.add(new Input.Prepared(e.run()));
                case Effect.Spawn e -> begin(e.run());
                case Effect.Reload e -> answers.add(new Input.Reloaded(e.run(), e.spec()));
                case Effect.SignalLeader e -> {
                    assertThat(signals.merge(e.run(), 1, Integer::sum))
                            .as("signals to run " + e.run())
                            .isEqualTo(1);
                    leave(e.run(), 0);
                }
                case Effect.TerminateSupervisor e -> leave(e.run(), 0);
                case Effect.Kill e -> leave(e.run(), 137);
                case Effect.CleanUp e -> {
                    alive = false;
                    answers.add(new Input.CleanedUp(e.run()));
                }
                case Effect.Remove e -> {
                    assertThat(alive).as("removed under its processes").isFalse();
                    answers.add(new Input.Removed(e.removal()));
                }
                case Effect.Publish(FleetEvent.Ended ended) ->
                    outcomes.merge(ended.id().value(), 1, Integer::sum);
                case Effect.Publish(FleetEvent.Accepted a) -> outcomes.putIfAbsent(a.id().value(), 0);
                case Effect.Publish p -> {}
            }
        }
    }

    private void begin(long run) {
        assertThat(alive).as("a second run beside a living one").isFalse();
        assertThat(run).as("a run is begun once").isGreaterThan(spawned);
        spawned = run;
        alive = true;
        answers.add(new Input.Spawned(run));
        answers.add(new Input.Ready(run));
    }

    private void leave(long run, int status) {
        if (alive && run == spawned) {
            alive = false;
            answers.add(new Input.Exited(run, status, scenario.now));
        }
    }

    private void answer() {
        Input answer = answers.poll();
        if (answer != null) {
            give(answer);
        }
    }

    /** The runner dies with what it had not heard, and another takes up the state and looks. */
    private void adopt() {
        if (answers.stream().anyMatch(Input.Spawned.class::isInstance)) {
            return; // begun and not yet heard of: the same observation as Spawned
        }
        Exit exit = answers.stream()
                .filter(Input.Exited.class::isInstance)
                .map(Input.Exited.class::cast)
                .findFirst()
                .map(e -> new Exit(e.status(), e.at()))
                .orElse(null);
        boolean ready = answers.stream().anyMatch(Input.Ready.class::isInstance)
                || scenario.state.lifecycle() instanceof LifecycleState.Running;
        answers.clear();
        boolean begun = scenario.state.lifecycle() instanceof LifecycleState.Active active && active.run() == spawned;
        give(new Input.Adopted(new Observation(begun, null, ready && begun, begun ? exit : null)));
    }
}
