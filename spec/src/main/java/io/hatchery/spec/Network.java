package io.hatchery.spec;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The network of a container that does not just share the host's.
 *
 * @param isPrivate whether it has a network namespace of its own
 * @param addresses of its first veth pair
 * @param localMacAddress of the container's side; null if the kernel chooses
 * @param hostBridge the bridge that the host's side joins; null if it joins none
 * @param forwardPorts ports of the host that are forwarded to the container
 * @param extraVeths further veth pairs, ordered by name
 * @param interfaces interfaces of the host that move into the container while it runs
 * @param macvlans interfaces of the host on which the container gets a macvlan
 * @param namespace path of a network namespace that it joins; null if it joins none
 */
@RecordBuilder
public record Network(
        boolean isPrivate,
        Addresses addresses,
        @Nullable String localMacAddress,
        @Nullable String hostBridge,
        List<PortForward> forwardPorts,
        List<ExtraVeth> extraVeths,
        List<String> interfaces,
        List<String> macvlans,
        @Nullable String namespace)
        implements NetworkBuilder.With {
    /** The network of a container that has none of its own. */
    public static final Network OF_THE_HOST = NetworkBuilder.builder()
            .isPrivate(false)
            .addresses(Addresses.NONE)
            .forwardPorts(List.of())
            .extraVeths(List.of())
            .interfaces(List.of())
            .macvlans(List.of())
            .build();

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
