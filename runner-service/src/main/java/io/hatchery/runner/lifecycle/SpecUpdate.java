package io.hatchery.runner.lifecycle;

import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import io.hatchery.spec.option.SpecComparison;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** How a run takes on a changed spec. */
enum SpecUpdate {
    /** All changed options apply to the running container. */
    APPLY_LIVE,
    /** The run restarts after the new system has been fetched: a cache that is away stops no container. */
    FETCH,
    /** The run restarts. */
    RESTART,
    /** The run keeps its spec and is outdated. */
    KEEP;

    static SpecUpdate of(Intent intent, ContainerSpec running, ContainerSpec next) {
        if (!SpecComparison.between(running, next).needsRestart()) {
            return APPLY_LIVE;
        }
        if (!restarts(intent, next)) {
            return KEEP;
        }
        return isAnotherSystem(running, next) ? FETCH : RESTART;
    }

    private static boolean restarts(Intent intent, ContainerSpec next) {
        return next.restartIfChanged() && intent.desiredRunning();
    }

    private static boolean isAnotherSystem(ContainerSpec running, ContainerSpec next) {
        return next.payload() instanceof Payload.SystemPath && !next.payload().equals(running.payload());
    }

    /**
     * Gives a run a changed spec.
     *
     * @param stop the stop of the run's state
     */
    static Transition apply(
            Transition transition, LifecycleState.Active active, ContainerSpec spec, UnaryOperator<Transition> stop) {
        return switch (of(transition.intent(), active.spec(), spec)) {
            case APPLY_LIVE -> transition.enter(active.withSpec(spec));
            case FETCH -> transition.with(new Effect.Fetch(active.run(), spec));
            case RESTART -> restart(transition, stop);
            case KEEP -> transition;
        };
    }

    private static Transition restart(Transition transition, UnaryOperator<Transition> stop) {
        return transition.withIntent(intent -> intent.withRestartPending(true)).then(stop);
    }

    /** Restarts a run whose next system has been fetched, unless the spec has changed since. */
    static Transition fetched(Transition transition, ContainerSpec spec, UnaryOperator<Transition> stop) {
        return spec.equals(transition.intent().spec()) && restarts(transition.intent(), spec)
                ? restart(transition.withHistory(history -> history.withReason(null)), stop)
                : StateRules.ignored(transition);
    }

    /**
     * Reports how the fetch of the newest spec's system goes.
     *
     * @param reason why it failed; null if it succeeded
     */
    static Transition reportFetch(Transition transition, ContainerSpec spec, @Nullable String reason) {
        return spec.equals(transition.intent().spec())
                ? transition.withHistory(history -> history.withReason(reason))
                : StateRules.ignored(transition);
    }

    /** Repeats the fetch that an earlier runner began. */
    static Transition resumeFetch(Transition transition, LifecycleState.Active active) {
        Intent intent = transition.intent();
        ContainerSpec newest = intent.spec();
        return newest != null
                        && !intent.restartPending()
                        && newest.generation().isAfter(active.spec().generation())
                        && isAnotherSystem(active.spec(), newest)
                        && restarts(intent, newest)
                ? transition.with(new Effect.Fetch(active.run(), newest))
                : transition;
    }
}
