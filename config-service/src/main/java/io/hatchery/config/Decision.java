package io.hatchery.config;

import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.HostName;
import org.jspecify.annotations.Nullable;

/**
 * What follows from looking at a definition.
 *
 * @param evaluation what became of it
 * @param published the spec that a host is to be given; null if none changed
 * @param removedFrom the host that is to drop its spec; null if none
 */
record Decision(
        Evaluation evaluation,
        @Nullable ContainerSpec published,
        @Nullable HostName removedFrom) {}
