package io.hatchery.runner.lifecycle;

import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.option.SpecComparison;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** How a run takes on a changed spec. */
enum SpecUpdate {
    /** All changed options apply to the running container. */
    APPLY_LIVE,
    /**
     * The run restarts after the host has what the spec needs and allows it: neither a cache that is away nor the host's policy stops a
     * container that runs.
     */
    FETCH,
    /** The run keeps its spec and is outdated. */
    KEEP;

    static SpecUpdate of(Intent intent, ContainerSpec running, ContainerSpec next) {
        if (!SpecComparison.between(running, next).needsRestart()) {
            return APPLY_LIVE;
        }
        return restarts(intent, next) ? FETCH : KEEP;
    }

    private static boolean restarts(Intent intent, ContainerSpec next) {
        return next.restartIfChanged() && intent.desiredRunning();
    }

    /**
     * Gives a run a changed spec.
     */
    static Transition apply(Transition transition, LifecycleState.Active active, ContainerSpec spec) {
        return switch (of(transition.intent(), active.spec(), spec)) {
            case APPLY_LIVE -> transition.enter(active.withSpec(spec));
            case FETCH -> transition.with(new Effect.Fetch(active.run(), spec));
            case KEEP -> transition;
        };
    }

    private static Transition restart(Transition transition, UnaryOperator<Transition> stop) {
        return transition.withIntent(intent -> intent.withRestartPending(true)).then(stop);
    }

    /** Restarts a run whose next spec the host can carry out, unless the spec has changed since. */
    static Transition fetched(Transition transition, ContainerSpec spec, UnaryOperator<Transition> stop) {
        return spec.equals(transition.intent().spec()) && restarts(transition.intent(), spec)
                ? restart(transition.withHistory(history -> history.withReason(null)), stop)
                : StateRules.ignored(transition);
    }

    /**
     * Reports how the fetch for the newest spec goes.
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
                        && of(intent, active.spec(), newest) == FETCH
                ? transition.with(new Effect.Fetch(active.run(), newest))
                : transition;
    }
}
