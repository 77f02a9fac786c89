package io.hatchery.spec.option;

import java.util.ArrayList;
import java.util.List;

/** The options of the network, as NixOS names them. */
final class NetworkOptions {
    private static final String NONE = "none";

    private static final OptionType.Submodule PORT = new OptionType.Submodule(List.of(
            Options.option(
                    "protocol", Types.choice("tcp", "udp"), "\"tcp\"", null, "The protocol.", "\"udp\"", "--port="),
            Options.option(
                    "hostPort", NetworkTypes.PORT, null, "must be given", "The port on the host.", "8080", "--port="),
            Options.option(
                    "containerPort",
                    NetworkTypes.PORT,
                    null,
                    "hostPort",
                    "The port in the container.",
                    "80",
                    "--port=")));

    private NetworkOptions() {}

    private static List<Option> pair() {
        return List.of(
                Options.option(
                        "hostAddress",
                        NetworkTypes.IPV4,
                        null,
                        NONE,
                        "The host's IPv4 address on the pair, and the container's way out.",
                        "\"10.0.0.1\"",
                        "ip addr add on the host side; the container's default route"),
                Options.option(
                        "hostAddress6",
                        NetworkTypes.IPV6,
                        null,
                        NONE,
                        "The host's IPv6 address on the pair, and the container's way out.",
                        "\"fd00::1\"",
                        "ip addr add on the host side; the container's default route"),
                Options.option(
                        "localAddress",
                        NetworkTypes.LOCAL4,
                        null,
                        NONE,
                        "The container's IPv4 address; with a bridge, with its prefix length.",
                        "\"10.0.0.2\"",
                        "ip addr add in the container; a route to it on the host"),
                Options.option(
                        "localAddress6",
                        NetworkTypes.LOCAL6,
                        null,
                        NONE,
                        "The container's IPv6 address; with a bridge, with its prefix length.",
                        "\"fd00::2\"",
                        "ip addr add in the container; a route to it on the host"),
                Options.option(
                        "localMacAddress",
                        NetworkTypes.MAC,
                        null,
                        "chosen by the kernel",
                        "The MAC address of the container's side.",
                        "\"02:00:00:00:00:01\"",
                        "ip link set address in the container, before it is up"),
                Options.option(
                        "hostBridge",
                        NetworkTypes.INTERFACE,
                        null,
                        NONE,
                        "The bridge of the host that the host's side joins.",
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
                "Whether the container has a network of its own.",
                "true",
                "--private-network"));
        all.addAll(pair());
        all.add(Options.option(
                "forwardPorts",
                new OptionType.ListOf(PORT),
                "[]",
                null,
                "Ports of the host that lead into the container.",
                "[{\"protocol\": \"tcp\", \"hostPort\": 8080, \"containerPort\": 80}]",
                "--port="));
        all.add(Options.option(
                "extraVeths",
                new OptionType.AttributesOf(NetworkTypes.INTERFACE, new OptionType.Submodule(pair())),
                "{}",
                null,
                "Further pairs, by the name of their interface on both sides.",
                "{\"back\": {\"hostAddress\": \"10.1.0.1\", \"localAddress\": \"10.1.0.2\"}}",
                "--network-veth-extra="));
        all.add(Options.option(
                "interfaces",
                new OptionType.ListOf(NetworkTypes.INTERFACE),
                "[]",
                null,
                "Interfaces of the host that are the container's while it runs.",
                "[\"eth1\"]",
                "--network-interface="));
        all.add(Options.option(
                "macvlans",
                new OptionType.ListOf(NetworkTypes.INTERFACE),
                "[]",
                null,
                "Interfaces of the host of which the container gets a macvlan.",
                "[\"eth0\"]",
                "--network-macvlan="));
        all.add(Options.option(
                "networkNamespace",
                Types.PATH,
                null,
                NONE,
                "A network namespace that the container joins.",
                "\"/run/netns/blue\"",
                "--network-namespace-path="));
        return all;
    }
}
