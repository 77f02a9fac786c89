package io.hatchery.spec;

import org.jspecify.annotations.Nullable;

/**
 * The two ends of a veth pair, each address in canonical form, null where there is none.
 *
 * @param host the host's IPv4 address
 * @param host6 the host's IPv6 address
 * @param local the container's IPv4 address, with a prefix length on a bridge
 * @param local6 the container's IPv6 address, with a prefix length on a bridge
 */
public record Addresses(
        @Nullable String host,
        @Nullable String host6,
        @Nullable String local,
        @Nullable String local6) {
    /** No address at all. */
    public static final Addresses NONE = new Addresses(null, null, null, null);
}
