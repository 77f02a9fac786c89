package io.hatchery.spec.option;

import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The options of the network, as NixOS names them. */
final class NetworkOptions {
    private static final String NONE = "none";

    private static final OptionType.Submodule PORT = new OptionType.Submodule(List.of(
            Option.named("protocol")
                    .type(Types.choice("tcp", "udp"))
                    .description("Protocol: tcp or udp.")
                    .defaultsTo("tcp")
                    .example("udp")
                    .becomes("--port=")
                    .build(),
            Option.named("hostPort")
                    .type(NetworkTypes.PORT)
                    .description("Port on the host. One port of a host is forwarded to one container only.")
                    .defaultText("must be given")
                    .example(8080)
                    .becomes("--port=")
                    .build(),
            Option.named("containerPort")
                    .type(NetworkTypes.PORT)
                    .description("Port in the container.")
                    .defaultText("hostPort")
                    .example(80)
                    .becomes("--port=")
                    .build()));

    private NetworkOptions() {}

    private static List<Option> pair() {
        return List.of(
                Option.named("hostAddress")
                        .type(NetworkTypes.IPV4)
                        .description(
                                "IPv4 address of the host's end of the interface pair. The container's default route leads there.")
                        .defaultText(NONE)
                        .example("10.0.0.1")
                        .becomes("ip addr add on the host side; the container's default route")
                        .needsRestart(network(network -> network.addresses().host()))
                        .build(),
                Option.named("hostAddress6")
                        .type(NetworkTypes.IPV6)
                        .description(
                                "IPv6 address of the host's end of the interface pair. The container's default route leads there.")
                        .defaultText(NONE)
                        .example("fd00::1")
                        .becomes("ip addr add on the host side; the container's default route")
                        .needsRestart(network(network -> network.addresses().host6()))
                        .build(),
                Option.named("localAddress")
                        .type(NetworkTypes.LOCAL4)
                        .description(
                                "IPv4 address of the container. With hostBridge it needs a prefix length, such as 10.0.0.2/24.")
                        .defaultText(NONE)
                        .example("10.0.0.2")
                        .becomes("ip addr add in the container; a route to it on the host")
                        .needsRestart(network(network -> network.addresses().local()))
                        .build(),
                Option.named("localAddress6")
                        .type(NetworkTypes.LOCAL6)
                        .description(
                                "IPv6 address of the container. With hostBridge it needs a prefix length, such as fd00::2/64.")
                        .defaultText(NONE)
                        .example("fd00::2")
                        .becomes("ip addr add in the container; a route to it on the host")
                        .needsRestart(network(network -> network.addresses().local6()))
                        .build(),
                Option.named("localMacAddress")
                        .type(NetworkTypes.MAC)
                        .description("MAC address of the container's end of the interface pair.")
                        .defaultText("chosen by the kernel")
                        .example("02:00:00:00:00:01")
                        .becomes("ip link set address in the container, before it is up")
                        .needsRestart(network(Network::localMacAddress))
                        .build(),
                Option.named("hostBridge")
                        .type(NetworkTypes.INTERFACE)
                        .description(
                                "Bridge of the host to which the host's end of the interface pair is attached. The bridge must exist.")
                        .defaultText(NONE)
                        .example("br0")
                        .becomes("--network-bridge=; for a further pair, ip link set master")
                        .needsRestart(network(Network::hostBridge))
                        .build());
    }

    static List<Option> all() {
        var all = new ArrayList<Option>();
        all.add(Option.named("privateNetwork")
                .type(Types.BOOL)
                .description(
                        "Whether the container has a network namespace of its own. If false, it shares the host's network.")
                .defaultsTo(false)
                .example(true)
                .becomes("--private-network")
                .needsRestart(network(Network::isPrivate))
                .build());
        all.addAll(pair());
        all.add(Option.named("forwardPorts")
                .type(new OptionType.ListOf(PORT))
                .description("Ports of the host to forward to the container. Needs privateNetwork.")
                .defaultsTo(List.of())
                .exampleJson("[{\"protocol\": \"tcp\", \"hostPort\": 8080, \"containerPort\": 80}]")
                .becomes("--port=")
                .needsRestart(network(Network::forwardPorts))
                .build());
        all.add(Option.named("extraVeths")
                .type(new OptionType.AttributesOf(NetworkTypes.INTERFACE, new OptionType.Submodule(pair())))
                .description(
                        "More interface pairs between host and container, by the name that the interface has on both ends.")
                .defaultsTo(Map.of())
                .exampleJson("{\"back\": {\"hostAddress\": \"10.1.0.1\", \"localAddress\": \"10.1.0.2\"}}")
                .becomes("--network-veth-extra=")
                .needsRestart(network(Network::extraVeths))
                .build());
        all.add(Option.named("interfaces")
                .type(new OptionType.ListOf(NetworkTypes.INTERFACE))
                .description("Interfaces of the host to move into the container while it runs.")
                .defaultsTo(List.of())
                .example(List.of("eth1"))
                .becomes("--network-interface=")
                .needsRestart(network(Network::interfaces))
                .build());
        all.add(Option.named("macvlans")
                .type(new OptionType.ListOf(NetworkTypes.INTERFACE))
                .description("Interfaces of the host for which the container gets a macvlan interface.")
                .defaultsTo(List.of())
                .example(List.of("eth0"))
                .becomes("--network-macvlan=")
                .needsRestart(network(Network::macvlans))
                .build());
        all.add(Option.named("networkNamespace")
                .type(Types.PATH)
                .description("Path of an existing network namespace that the container joins.")
                .defaultText(NONE)
                .example("/run/netns/blue")
                .becomes("--network-namespace-path=")
                .needsRestart(network(Network::namespace))
                .build());
        return all;
    }

    private static Function<ContainerSpec, @Nullable Object> network(Function<Network, @Nullable Object> value) {
        return spec -> value.apply(spec.network() == null ? Network.OF_THE_HOST : spec.network());
    }
}
