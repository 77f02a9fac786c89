package io.hatchery.gateway.session;

import java.util.function.Supplier;

/**
 * The sessions of a gateway.
 *
 * @param pending those whose runner has not connected
 * @param open those that have a place
 * @param url where runners connect
 */
public record GatewaySessions(PendingSessions pending, OpenSessions open, Supplier<String> url) {}
