package io.hatchery.protocol.resource;

import io.hatchery.spec.HostName;

/**
 * What a machine receives that joins the fleet.
 *
 * @param sealed its credentials and keys, encrypted with its join token, in base64
 */
public record JoinAnswer(HostName host, String sealed) {}
