package io.hatchery.protocol.resource;

import io.hatchery.protocol.token.Role;
import io.hatchery.protocol.token.TokenName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.LabelSelector;
import io.hatchery.spec.Span;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * The request for a token.
 *
 * @param selector of the labels of the containers that are in its scope; null for no restriction
 * @param hosts of the containers that are in its scope; null or empty for no restriction
 * @param ttl after which it expires, such as 30d; null for the default of 90d, infinity for never
 */
public record TokenRequest(
        TokenName name,
        Role role,
        @Nullable LabelSelector selector,
        @Nullable SortedSet<HostName> hosts,
        @Nullable Span ttl) {}
