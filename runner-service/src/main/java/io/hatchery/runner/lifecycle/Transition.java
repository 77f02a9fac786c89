package io.hatchery.runner.lifecycle;

import java.util.List;

/**
 * The answer to an input.
 *
 * @param state to be written down before any effect is begun
 * @param effects to be begun in this order
 */
public record Transition(ContainerState state, List<Effect> effects) {
    /** Keeps an immutable copy of the effects. */
    public Transition {
        effects = List.copyOf(effects);
    }
}
