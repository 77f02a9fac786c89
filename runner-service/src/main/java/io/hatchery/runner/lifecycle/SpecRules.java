package io.hatchery.runner.lifecycle;

import io.hatchery.spec.ContainerSpec;

/** What a spec does in every state: a newer one replaces the last, is defined on the host, and begins the commands that wait for it. */
final class SpecRules {
    private SpecRules() {}

    static Transition arrived(Transition transition, ContainerSpec spec) {
        ContainerSpec before = transition.intent().spec();
        if (before != null && !spec.generation().isAfter(before.generation())) {
            return StateRules.ignored(transition);
        }
        Transition next = transition.withIntent(intent -> intent.withSpec(spec)).then(CommandRules::expire);
        if (next.intent().removal() != null) {
            return next; // defined after the removal
        }
        return before == null
                ? define(next, spec)
                : next.with(new Effect.Define(spec))
                        .then(defined -> StateTable.rules(defined.lifecycle()).specChanged(defined, spec))
                        .then(CommandRules::beginWaiting);
    }

    /** Defines the first spec, or the first after a removal. */
    static Transition define(Transition transition, ContainerSpec spec) {
        return transition
                .with(new Effect.Define(spec))
                .then(defined -> StateTable.rules(defined.lifecycle()).specAdded(defined, spec))
                .then(CommandRules::beginWaiting);
    }
}
