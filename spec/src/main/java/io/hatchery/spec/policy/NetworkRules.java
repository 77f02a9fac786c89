package io.hatchery.spec.policy;

import io.hatchery.spec.Addresses;
import io.hatchery.spec.ExtraVeth;
import io.hatchery.spec.Network;
import io.hatchery.spec.PortForward;
import io.hatchery.spec.Subnet;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The rules of the options of the network. */
final class NetworkRules {
    /**
     * What network cards are named by systemd.net-naming-scheme(7) and by the kernel, and what systemd-nspawn and systemd-vmspawn name
     * interfaces: files of networkd and of distributions match these names.
     */
    private static final Pattern OF_THE_HOST = Pattern.compile("^(en|eth|ib|sl|wl|ww|ve-|vb-|vz-|vt-)");

    private static final int PRIVILEGED_PORTS = 1024;
    private static final int LOCAL_BIT = 2;
    private static final int HEX = 16;
    private static final int MAC_BYTE = 2;

    private NetworkRules() {}

    static List<PolicyRule> all() {
        return List.of(
                new PolicyRule("privateNetwork", PolicyRule.ANY, "true", NetworkRules::isPrivate),
                address("hostAddress", Addresses::host),
                address("hostAddress6", Addresses::host6),
                address("localAddress", Addresses::local),
                address("localAddress6", Addresses::local6),
                new PolicyRule("localMacAddress", PolicyRule.ANY, "locally administered", NetworkRules::macs),
                new PolicyRule(
                        "hostBridge",
                        PolicyRule.ANY,
                        "in `allow.bridges`",
                        check -> bridge(
                                check,
                                "hostBridge",
                                "hostBridge",
                                check.network().hostBridge())),
                new PolicyRule(
                        "extraVeths",
                        "names other than those of network cards and of systemd-nspawn (`en…`, `eth…`, `wl…`, `ve-…`, …), or in"
                                + " `allow.interfaces`",
                        "names in `allow.interfaces`, bridges in `allow.bridges`",
                        NetworkRules::extraVeths),
                new PolicyRule(
                        "forwardPorts",
                        "ports at which the host does not listen",
                        "the same, from 1024 on",
                        check -> check.network().forwardPorts().forEach(port -> port(check, port))),
                listed("interfaces", Network::interfaces),
                listed("macvlans", Network::macvlans),
                new PolicyRule(
                        "networkNamespace",
                        "in `allow.networkNamespaces`, with `privateUsers: no`",
                        PolicyRule.NONE,
                        NetworkRules::namespace));
    }

    private static void isPrivate(RuleCheck check) {
        if (check.isRestricted() && !check.network().isPrivate()) {
            check.refuse(
                    "privateNetwork",
                    "privateNetwork",
                    false,
                    "the container would reach the host's own network, loopback included",
                    "set privateNetwork to true");
        }
    }

    /** One end of a veth pair. */
    private record Pair(String at, Addresses addresses, boolean isBridged) {}

    private static Stream<Pair> pairs(Network network) {
        return Stream.concat(
                Stream.of(new Pair("", network.addresses(), network.hostBridge() != null)),
                network.extraVeths().stream()
                        .map(veth -> new Pair(
                                "extraVeths." + veth.name() + ".", veth.addresses(), veth.hostBridge() != null)));
    }

    private static PolicyRule address(String option, Function<Addresses, @Nullable String> end) {
        String allowed = "in `allow.subnets`; without a bridge also in no network that the host reaches by other ways";
        return new PolicyRule(
                option,
                allowed,
                allowed,
                check -> pairs(check.network()).forEach(pair -> {
                    String address = end.apply(pair.addresses());
                    if (address != null) {
                        address(check, option, pair, address);
                    }
                }));
    }

    private static void address(RuleCheck check, String option, Pair pair, String address) {
        if (check.policy().subnets().stream().noneMatch(subnet -> subnet.contains(address))) {
            check.refuse(
                    option,
                    pair.at() + option,
                    address,
                    "it is in no subnet of containers, and the host would send traffic of others to the container",
                    "choose an address in one of the subnets, or add one to allow.subnets in the host's policy");
        } else if (!pair.isBridged()) {
            check.host().routes().stream()
                    .map(Subnet::new)
                    .filter(route -> route.length() > 0 && route.contains(address))
                    .findFirst()
                    .ifPresent(route -> check.refuse(
                            option,
                            pair.at() + option,
                            address,
                            "the host reaches " + route.text() + " by another way, and the container would take the"
                                    + " traffic of that address",
                            "choose an address in a network of its own"));
        }
    }

    private static void macs(RuleCheck check) {
        if (!check.isRestricted()) {
            return;
        }
        Stream.concat(
                        Stream.of(check.network().localMacAddress()),
                        check.network().extraVeths().stream().map(ExtraVeth::localMacAddress))
                .filter(Objects::nonNull)
                .filter(mac -> (Integer.parseInt(mac.substring(0, MAC_BYTE), HEX) & LOCAL_BIT) == 0)
                .forEach(mac -> check.refuse(
                        "localMacAddress",
                        "localMacAddress",
                        mac,
                        "it can be the address of another machine",
                        "choose a locally administered one, such as 02:00:00:00:00:01"));
    }

    private static void bridge(RuleCheck check, String option, String at, @Nullable String bridge) {
        if (check.isRestricted() && bridge != null && !check.policy().bridges().contains(bridge)) {
            check.refuse(
                    option,
                    at,
                    bridge,
                    "level restricted allows listed bridges only",
                    "add the bridge to allow.bridges in the host's policy");
        }
    }

    private static void extraVeths(RuleCheck check) {
        for (ExtraVeth veth : check.network().extraVeths()) {
            String at = "extraVeths." + veth.name();
            bridge(check, "extraVeths", at + ".hostBridge", veth.hostBridge());
            boolean isListed = check.policy().interfaces().contains(veth.name());
            if (!isListed && OF_THE_HOST.matcher(veth.name()).find()) {
                check.refuse(
                        "extraVeths",
                        at,
                        veth.name(),
                        "the host's network configuration may match the name, and take addresses and routes from the container",
                        "choose another name, such as c-" + veth.name()
                                + ", or add this one to allow.interfaces in the host's policy");
            } else if (check.isRestricted() && !isListed) {
                check.refuse(
                        "extraVeths",
                        at,
                        veth.name(),
                        "level restricted allows listed interfaces only",
                        "add the name to allow.interfaces in the host's policy");
            }
        }
    }

    private static void port(RuleCheck check, PortForward port) {
        String value = port.protocol() + " port " + port.hostPort();
        if (check.host().isListening(port.protocol(), port.hostPort())) {
            check.refuse(
                    "forwardPorts",
                    "forwardPorts",
                    value,
                    "a program of the host listens there, and the container would take its connections",
                    "choose another hostPort, or end that program");
        } else if (check.isRestricted() && port.hostPort() < PRIVILEGED_PORTS) {
            check.refuse(
                    "forwardPorts",
                    "forwardPorts",
                    value,
                    "level restricted allows ports from " + PRIVILEGED_PORTS + " on",
                    "choose a higher hostPort, or use level baseline");
        }
    }

    private static PolicyRule listed(String option, Function<Network, List<String>> interfaces) {
        return new PolicyRule(
                option,
                "in `allow.interfaces`",
                PolicyRule.NONE,
                check -> interfaces
                        .apply(check.network())
                        .forEach(name -> listed(
                                check, option, name, check.policy().interfaces().contains(name), "allow.interfaces")));
    }

    private static void namespace(RuleCheck check) {
        String path = check.network().namespace();
        if (path != null) {
            boolean isListed = check.policy().networkNamespaces().contains(path);
            listed(check, "networkNamespace", path, isListed, "allow.networkNamespaces");
            if (isListed && !"no".equals(check.confinement().privateUsers())) {
                check.refuse(
                        "networkNamespace",
                        "networkNamespace",
                        path,
                        "systemd-nspawn cannot join a namespace of the host with users of its own",
                        "set privateUsers to no, and list no in allow.privateUsers of the host's policy");
            }
        }
    }

    private static void listed(RuleCheck check, String option, String value, boolean isListed, String list) {
        if (check.isRestricted() || !isListed) {
            check.refuse(
                    option,
                    option,
                    value,
                    check.isRestricted() ? "level restricted does not allow it" : "the policy does not list it",
                    check.isRestricted()
                            ? "remove it, or use level baseline"
                            : "add it to " + list + " in the host's policy");
        }
    }
}
