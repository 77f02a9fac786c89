package io.hatchery.runner.lifecycle;

/** The answers of a lifecycle state with a run. */
interface ActiveRules extends StateRules {
    /** An event of the current run. */
    Transition runEvent(Transition transition, Input.RunEvent event);
}
