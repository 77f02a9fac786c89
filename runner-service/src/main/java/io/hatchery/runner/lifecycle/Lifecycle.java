package io.hatchery.runner.lifecycle;

import java.time.Instant;

/**
 * The lifecycle of a container as a total, pure function: every input has an answer in every state, and the same arguments give the
 * same answer. {@link StateRules} has the answers that depend on the state, the other rules have those that do not.
 * docs/explanation/lifecycle.md names the rules.
 */
public final class Lifecycle {
    private Lifecycle() {}

    /**
     * Answers an input.
     *
     * @param now the time of the input, never before that of the last one
     */
    public static Transition step(ContainerState state, Input input, Instant now) {
        Transition transition = Transition.none(state, now);
        return switch (input) {
            case Input.SpecArrived arrived -> SpecRules.arrived(transition, arrived.spec());
            case Input.SpecRemoved removed -> RemovalRules.specRemoved(transition, removed);
            case Input.RemovalSuperseded superseded -> RemovalRules.superseded(transition, superseded);
            case Input.Removed removed -> RemovalRules.answered(transition, removed.removal(), null);
            case Input.RemovalFailed failed -> RemovalRules.answered(transition, failed.removal(), failed.reason());
            case Input.CommandArrived arrived -> CommandRules.arrived(transition, arrived);
            case Input.DefineFailed failed -> transition.withHistory(history -> history.withReason(failed.reason()));
            case Input.Adopted adopted -> AdoptionRules.adopted(transition, adopted.observation());
            case Input.RunEvent event -> RunEventRules.happened(transition, event);
            case Input.Due due -> due(CommandRules.expire(transition), due);
            case Input.StopRequestedExternally stop ->
                stop.run() == state.current().runs() ? answer(transition, stop) : StateRules.ignored(transition);
            case Input.StateInput other -> answer(transition, other);
        };
    }

    private static Transition due(Transition transition, Input.Due due) {
        Instant deadline = transition.lifecycle().due();
        return deadline == null || transition.now().isBefore(deadline)
                ? StateRules.ignored(transition)
                : answer(transition, due);
    }

    private static Transition answer(Transition transition, Input.StateInput input) {
        return StateTable.rules(transition.lifecycle()).input(transition, input);
    }
}
