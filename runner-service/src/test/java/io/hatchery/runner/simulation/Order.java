package io.hatchery.runner.simulation;

import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A command or a deletion that a simulated operator sent, and that is owed one outcome. */
final class Order {
    final String id;
    final Verb verb;
    final ContainerName container;
    final boolean purge;
    /** The generation that it waits for; 0 for none. */
    final long generation;
    /** The offset of its record; -1 until the broker has it. */
    long landed = -1;

    String topic = "";
    boolean expired;

    @Nullable
    Instant deadline;

    Order(String id, Verb verb, ContainerName container, boolean purge, long generation) {
        this.id = id;
        this.verb = verb;
        this.container = container;
        this.purge = purge;
        this.generation = generation;
    }
}
