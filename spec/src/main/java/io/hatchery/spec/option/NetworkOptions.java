package io.hatchery.spec.option;

import java.util.ArrayList;
import java.util.List;

/** The options of the network, as NixOS names them. */
final class NetworkOptions {
    private static final String NONE = "none";

    private static final OptionType.Submodule PORT = new OptionType.Submodule(List.of(
            Options.option(
                    "protocol",
                    Types.choice("tcp", "udp"),
                    "\"tcp\"",
                    null,
                    "Protocol: tcp or udp.",
                    "\"udp\"",
                    "--port="),
            Options.option(
                    "hostPort",
                    NetworkTypes.PORT,
                    null,
                    "must be given",
                    "Port on the host. One port of a host is forwarded to one container only.",
                    "8080",
                    "--port="),
            Options.option(
                    "containerPort", NetworkTypes.PORT, null, "hostPort", "Port in the container.", "80", "--port=")));

    private NetworkOptions() {}

    private static List<Option> pair() {
        return List.of(
                Options.option(
                        "hostAddress",
                        NetworkTypes.IPV4,
                        null,
                        NONE,
                        "IPv4 address of the host's end of the interface pair. The container's default route leads there.",
                        "\"10.0.0.1\"",
                        "ip addr add on the host side; the container's default route"),
                Options.option(
                        "hostAddress6",
                        NetworkTypes.IPV6,
                        null,
                        NONE,
                        "IPv6 address of the host's end of the interface pair. The container's default route leads there.",
                        "\"fd00::1\"",
                        "ip addr add on the host side; the container's default route"),
                Options.option(
                        "localAddress",
                        NetworkTypes.LOCAL4,
                        null,
                        NONE,
                        "IPv4 address of the container. With hostBridge it needs a prefix length, such as 10.0.0.2/24.",
                        "\"10.0.0.2\"",
                        "ip addr add in the container; a route to it on the host"),
                Options.option(
                        "localAddress6",
                        NetworkTypes.LOCAL6,
                        null,
                        NONE,
                        "IPv6 address of the container. With hostBridge it needs a prefix length, such as fd00::2/64.",
                        "\"fd00::2\"",
                        "ip addr add in the container; a route to it on the host"),
                Options.option(
                        "localMacAddress",
                        NetworkTypes.MAC,
                        null,
                        "chosen by the kernel",
                        "MAC address of the container's end of the interface pair.",
                        "\"02:00:00:00:00:01\"",
                        "ip link set address in the container, before it is up"),
                Options.option(
                        "hostBridge",
                        NetworkTypes.INTERFACE,
                        null,
                        NONE,
                        "Bridge of the host to which the host's end of the interface pair is attached. The bridge must exist.",
                        "\"br0\"",
                        "--network-bridge=; for a further pair, ip link set master"));
    }

    static List<Option> all() {
        var all = new ArrayList<Option>();
        all.add(Options.option(
                "privateNetwork",
                Types.BOOL,
                "false",
                null,
                "Whether the container has a network namespace of its own. If false, it shares the host's network.",
                "true",
                "--private-network"));
        all.addAll(pair());
        all.add(Options.option(
                "forwardPorts",
                new OptionType.ListOf(PORT),
                "[]",
                null,
                "Ports of the host to forward to the container. Needs privateNetwork.",
                "[{\"protocol\": \"tcp\", \"hostPort\": 8080, \"containerPort\": 80}]",
                "--port="));
        all.add(Options.option(
                "extraVeths",
                new OptionType.AttributesOf(NetworkTypes.INTERFACE, new OptionType.Submodule(pair())),
                "{}",
                null,
                "More interface pairs between host and container, by the name that the interface has on both ends.",
                "{\"back\": {\"hostAddress\": \"10.1.0.1\", \"localAddress\": \"10.1.0.2\"}}",
                "--network-veth-extra="));
        all.add(Options.option(
                "interfaces",
                new OptionType.ListOf(NetworkTypes.INTERFACE),
                "[]",
                null,
                "Interfaces of the host to move into the container while it runs.",
                "[\"eth1\"]",
                "--network-interface="));
        all.add(Options.option(
                "macvlans",
                new OptionType.ListOf(NetworkTypes.INTERFACE),
                "[]",
                null,
                "Interfaces of the host for which the container gets a macvlan interface.",
                "[\"eth0\"]",
                "--network-macvlan="));
        all.add(Options.option(
                "networkNamespace",
                Types.PATH,
                null,
                NONE,
                "Path of an existing network namespace that the container joins.",
                "\"/run/netns/blue\"",
                "--network-namespace-path="));
        return all;
    }
}
