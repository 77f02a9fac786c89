package io.hatchery.runner.lifecycle;

/** What an event of a run does in every state: only events of the current run are answered. */
final class RunEventRules {
    private RunEventRules() {}

    static Transition happened(Transition transition, Input.RunEvent event) {
        return switch (transition.lifecycle()) {
            case LifecycleState.Inactive _, LifecycleState.Backoff _ -> StateRules.ignored(transition);
            case LifecycleState.Active active ->
                active.run() == event.run()
                        ? StateTable.activeRules(active).runEvent(transition, event)
                        : StateRules.ignored(transition);
        };
    }
}
