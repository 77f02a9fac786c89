package io.hatchery.runner.lifecycle;

/** The rules of each lifecycle state. */
final class StateTable {
    private StateTable() {}

    static StateRules rules(LifecycleState state) {
        return switch (state) {
            case LifecycleState.Inactive _ -> new InactiveRules();
            case LifecycleState.Backoff _ -> new BackoffRules();
            case LifecycleState.Active active -> activeRules(active);
        };
    }

    static ActiveRules activeRules(LifecycleState.Active state) {
        return switch (state) {
            case LifecycleState.Preparing preparing -> new PreparingRules(preparing);
            case LifecycleState.Starting starting -> new StartingRules(starting);
            case LifecycleState.Running running -> new RunningRules(running);
            case LifecycleState.Stopping stopping -> new StoppingRules(stopping);
            case LifecycleState.CleaningUp cleaningUp -> new CleaningUpRules(cleaningUp);
        };
    }
}
