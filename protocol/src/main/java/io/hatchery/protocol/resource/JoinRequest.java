package io.hatchery.protocol.resource;

import io.hatchery.spec.HostName;

/**
 * What a machine sends to join the fleet.
 *
 * @param host the host of its join token
 * @param proof shows that it has the token, and does not decrypt the files
 */
public record JoinRequest(HostName host, String proof) {}
