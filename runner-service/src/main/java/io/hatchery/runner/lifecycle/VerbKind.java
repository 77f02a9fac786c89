package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Verb;

/** What a verb does to the desired state and to pending operations, whatever the lifecycle state. */
enum VerbKind {
    /** The container should run. */
    STARTS,
    /** The container should not run; pending starts are superseded. */
    STOPS,
    /** The spec is removed. */
    REMOVES;

    static VerbKind of(Verb verb) {
        return switch (verb) {
            case START, RESTART -> STARTS;
            case STOP, KILL -> STOPS;
            case REMOVE -> REMOVES;
            case SESSION -> throw new IllegalArgumentException("a session is no operation of the lifecycle");
        };
    }
}
