package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Exit;
import io.hatchery.spec.ContainerSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * What a new runner does in every state: it applies the events that it observes, then repeats the effects that may be lost, since the
 * last runner may have ended between any two of them.
 */
final class AdoptionRules {
    private AdoptionRules() {}

    static Transition adopted(Transition transition, Observation observation) {
        Transition next = define(transition.step("adopted by a new runner"));
        return switch (next.lifecycle()) {
            case LifecycleState.Inactive _, LifecycleState.Backoff _ -> resume(next);
            case LifecycleState.Preparing _, LifecycleState.CleaningUp _ -> resume(next);
            case LifecycleState.Running running -> catchUp(next, running, observation);
            case LifecycleState.Starting starting ->
                observation.spawned() ? catchUp(next, starting, observation) : apply(next, starting, observation);
            case LifecycleState.Stopping stopping ->
                observation.spawned() ? catchUp(next, stopping, observation) : apply(next, stopping, observation);
        };
    }

    private static Transition define(Transition transition) {
        ContainerSpec spec = transition.intent().spec();
        return spec == null || transition.intent().removal() != null
                ? transition
                : transition.with(new Effect.Define(spec));
    }

    private static Transition catchUp(Transition transition, LifecycleState.Active active, Observation observation) {
        Transition next = apply(transition, active, observation);
        return observation.exit() == null ? resume(next) : next;
    }

    private static Transition apply(Transition transition, LifecycleState.Active active, Observation observation) {
        Transition next = transition;
        for (Input.RunEvent event : events(observation, active.run())) {
            next = RunEventRules.happened(next, event);
        }
        return next;
    }

    /** The observation as events of that run, in the order in which they happened. */
    private static List<Input.RunEvent> events(Observation observation, long run) {
        if (!observation.spawned()) {
            return List.of(new Input.NotSpawned(run));
        }
        var events = new ArrayList<Input.RunEvent>(List.of(new Input.Spawned(run)));
        Long leader = observation.leader();
        if (leader != null) {
            events.add(new Input.LeaderKnown(run, leader));
        }
        if (observation.ready()) {
            events.add(new Input.Ready(run));
        }
        Exit exit = observation.exit();
        if (exit != null) {
            events.add(new Input.Exited(run, exit.status(), exit.at(), observation.lastOutput(), null));
        }
        return events;
    }

    private static Transition resume(Transition transition) {
        return StateTable.rules(transition.lifecycle()).resume(transition);
    }
}
