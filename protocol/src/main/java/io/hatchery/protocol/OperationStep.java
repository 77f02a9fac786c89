package io.hatchery.protocol;

import java.time.Instant;

/**
 * A step of an operation.
 *
 * @param step the action, such as {@code sent SIGTERM}
 * @param at when, by the clock of the host
 */
public record OperationStep(String step, Instant at) {}
