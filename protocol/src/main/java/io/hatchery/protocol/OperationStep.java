package io.hatchery.protocol;

import java.time.Instant;

/**
 * A step of an operation.
 *
 * @param step what was done, in a few words
 * @param at when, by the clock of the host
 */
public record OperationStep(String step, Instant at) {}
