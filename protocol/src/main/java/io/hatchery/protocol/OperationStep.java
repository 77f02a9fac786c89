package io.hatchery.protocol;

import java.time.Instant;

/**
 * Something a command went through.
 *
 * @param step what, in a word or two
 * @param at when
 */
public record OperationStep(String step, Instant at) {}
