package io.hatchery.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a container is connected, where that is not just the host's network.
 *
 * @param isPrivate whether it has a network namespace of its own
 * @param addresses of its first veth pair
 * @param localMacAddress of the container's side; null if the kernel chooses
 * @param hostBridge the bridge that the host's side joins; null if it joins none
 * @param forwardPorts ports of the host that lead into it
 * @param extraVeths further veth pairs, ordered by name
 * @param interfaces of the host that are the container's while it runs
 * @param macvlans interfaces of the host that it gets a macvlan of
 * @param namespace path of a network namespace that it joins; null if it joins none
 */
public record Network(
        boolean isPrivate,
        Addresses addresses,
        @Nullable String localMacAddress,
        @Nullable String hostBridge,
        List<PortForward> forwardPorts,
        List<ExtraVeth> extraVeths,
        List<String> interfaces,
        List<String> macvlans,
        @Nullable String namespace) {
    /** Keeps immutable copies of the lists. */
    public Network {
        forwardPorts = List.copyOf(forwardPorts);
        extraVeths = List.copyOf(extraVeths);
        interfaces = List.copyOf(interfaces);
        macvlans = List.copyOf(macvlans);
    }

    /** Whether it has the veth pair whose container side is {@code eth0}. */
    public boolean hasVeth() {
        return isPrivate && (hostBridge != null || localMacAddress != null || !addresses.equals(Addresses.NONE));
    }
}
