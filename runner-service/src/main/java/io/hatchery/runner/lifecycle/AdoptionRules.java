package io.hatchery.runner.lifecycle;

import io.hatchery.spec.ContainerSpec;

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
        for (Input.RunEvent event : observation.events(active.run())) {
            next = RunEventRules.happened(next, event);
        }
        return next;
    }

    private static Transition resume(Transition transition) {
        return StateTable.rules(transition.lifecycle()).resume(transition);
    }
}
