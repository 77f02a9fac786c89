package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerSpec;

/**
 * The answers of one lifecycle state to every verb and every input. An implementation answers with exhaustive switches without
 * {@code default}, so that the compiler names each state that a new verb or input has no answer in; {@code ignored} is an answer.
 */
interface StateRules {
    /**
     * A command has begun. Its effects on the desired state and on other operations are in {@code transition} already.
     *
     * @param verb the requested action
     */
    Transition command(Transition transition, Verb verb);

    /** An input that does not belong to one run. */
    Transition input(Transition transition, Input.StateInput input);

    /** The host received the first spec of the container, or the first after a removal. */
    Transition specAdded(Transition transition, ContainerSpec spec);

    /** The host received a newer spec of the container. */
    Transition specChanged(Transition transition, ContainerSpec spec);

    /** A new runner adopted the container: repeats the effects that the last runner may not have completed and that may be repeated. */
    Transition resume(Transition transition);

    /** The answer that changes nothing. */
    static Transition ignored(Transition transition) {
        return transition;
    }
}
