package io.hatchery.spec;

import org.jspecify.annotations.Nullable;

/**
 * One more veth pair between host and container ({@code --network-veth-extra=} of systemd-nspawn(1)).
 *
 * @param name of the interface on both sides, at most 15 characters
 * @param hostBridge the bridge that its host side joins; null if it joins none
 * @param addresses of both sides
 * @param localMacAddress of the container's side; null if the kernel chooses
 */
public record ExtraVeth(
        String name,
        @Nullable String hostBridge,
        Addresses addresses,
        @Nullable String localMacAddress) {}
