package io.hatchery.runner.plan;

import io.hatchery.spec.Addresses;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ExtraVeth;
import io.hatchery.spec.Network;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a container's network asks of nspawn and of ip(8), as NixOS's module has it. Interfaces are named in full: where a name is
 * longer than the kernel's 15 characters nspawn shortens it and gives it the full one as an alternative, which ip(8) takes too.
 */
public final class NetworkPlan {
    private static final String INSIDE = "eth0";

    private final ContainerName name;
    private final Network network;

    public NetworkPlan(ContainerName name, Network network) {
        this.name = name;
        this.network = network;
    }

    List<String> arguments() {
        var arguments = new ArrayList<String>();
        if (network.isPrivate()) {
            arguments.add("--private-network");
        }
        if (network.isPrivate()
                && (network.localMacAddress() != null || !network.addresses().equals(Addresses.NONE))) {
            arguments.add("--network-veth");
        }
        network.forwardPorts()
                .forEach(port -> arguments.add(
                        "--port=" + port.protocol() + ":" + port.hostPort() + ":" + port.containerPort()));
        if (network.hostBridge() != null) {
            arguments.add("--network-bridge=" + network.hostBridge());
        }
        if (network.namespace() != null) {
            arguments.add("--network-namespace-path=" + network.namespace());
        }
        network.extraVeths().forEach(veth -> arguments.add("--network-veth-extra=" + veth.name()));
        network.interfaces().forEach(one -> arguments.add("--network-interface=" + one));
        network.macvlans().forEach(one -> arguments.add("--network-macvlan=" + one));
        return arguments;
    }

    List<SetupStep> before() {
        var steps = new ArrayList<SetupStep>();
        if (network.hasVeth()) {
            steps.add(new SetupStep.RemoveInterface("ve-" + name, alias()));
            steps.add(new SetupStep.RemoveInterface("vb-" + name, alias()));
        }
        network.extraVeths().forEach(veth -> steps.add(new SetupStep.RemoveInterface(veth.name(), alias())));
        if (!network.forwardPorts().isEmpty()) {
            // Without it the kernel drops what a forwarded port gets from elsewhere.
            steps.add(new SetupStep.KernelSetting("/proc/sys/net/ipv4/ip_forward", "1"));
        }
        steps.addAll(forwards());
        return steps;
    }

    public List<SetupStep.RemoveForward> forwards() {
        return network.forwardPorts().stream()
                .map(port -> new SetupStep.RemoveForward(port.protocol(), port.hostPort()))
                .toList();
    }

    List<SetupStep> after() {
        var steps = new ArrayList<SetupStep>();
        if (network.hasVeth()) {
            steps.add(mark((network.hostBridge() == null ? "ve-" : "vb-") + name));
            if (network.hostBridge() == null) {
                hostSide("ve-" + name, network.addresses(), steps);
            }
            steps.add(SetupStep.Ip.container("link", "set", "dev", "host0", "name", INSIDE));
            containerSide(INSIDE, network.addresses(), network.localMacAddress(), steps);
        }
        for (ExtraVeth veth : network.extraVeths()) {
            steps.add(mark(veth.name()));
            if (veth.hostBridge() != null) {
                steps.add(SetupStep.Ip.host("link", "set", "dev", veth.name(), "master", veth.hostBridge()));
                steps.add(up(SetupStep.Side.HOST, veth.name()));
            } else {
                hostSide(veth.name(), veth.addresses(), steps);
            }
            containerSide(veth.name(), veth.addresses(), veth.localMacAddress(), steps);
        }
        return steps;
    }

    /** What the host's side of each pair carries as its alias, so that no other interface is ever removed in its place. */
    private String alias() {
        return "hatchery:" + name;
    }

    private SetupStep mark(String device) {
        return SetupStep.Ip.host("link", "set", "dev", device, "alias", alias());
    }

    private static SetupStep up(SetupStep.Side side, String device) {
        return new SetupStep.Ip(side, List.of("link", "set", "dev", device, "up"));
    }

    private static void hostSide(String device, Addresses addresses, List<SetupStep> steps) {
        steps.add(up(SetupStep.Side.HOST, device));
        if (addresses.host() != null) {
            steps.add(SetupStep.Ip.host("addr", "add", addresses.host(), "dev", device));
        }
        if (addresses.host6() != null) {
            steps.add(new SetupStep.Ip(SetupStep.Side.HOST, address6(addresses.host6(), device)));
        }
        if (addresses.local() != null) {
            steps.add(SetupStep.Ip.host("route", "add", addresses.local(), "dev", device));
        }
        if (addresses.local6() != null) {
            steps.add(SetupStep.Ip.host("-6", "route", "add", addresses.local6(), "dev", device));
        }
    }

    /**
     * On a pair of its own an address can have no duplicate, and while one is looked for (RFC 4862, 5.4) a connection that is begun gets
     * another source address and hangs. On a bridge, where addresses have a prefix length, there are others to ask.
     */
    private static List<String> address6(String address, String device) {
        var words = new ArrayList<>(List.of("-6", "addr", "add", address, "dev", device));
        if (address.indexOf('/') < 0) {
            words.add("nodad");
        }
        return words;
    }

    private static void containerSide(String device, Addresses addresses, @Nullable String mac, List<SetupStep> steps) {
        if (mac != null) {
            steps.add(SetupStep.Ip.container("link", "set", "dev", device, "address", mac));
        }
        steps.add(up(SetupStep.Side.CONTAINER, device));
        if (addresses.local() != null) {
            steps.add(SetupStep.Ip.container("addr", "add", addresses.local(), "dev", device));
        }
        if (addresses.local6() != null) {
            steps.add(new SetupStep.Ip(SetupStep.Side.CONTAINER, address6(addresses.local6(), device)));
        }
        boolean first = device.equals(INSIDE);
        wayOut(device, addresses.host(), first, List.of(), steps);
        wayOut(device, addresses.host6(), first, List.of("-6"), steps);
    }

    private static void wayOut(
            String device, @Nullable String host, boolean isDefault, List<String> family, List<SetupStep> steps) {
        if (host == null) {
            return;
        }
        var direct = new ArrayList<>(family);
        direct.addAll(List.of("route", "add", host, "dev", device));
        steps.add(new SetupStep.Ip(SetupStep.Side.CONTAINER, direct));
        if (isDefault) {
            var rest = new ArrayList<>(family);
            rest.addAll(List.of("route", "add", "default", "via", host));
            steps.add(new SetupStep.Ip(SetupStep.Side.CONTAINER, rest));
        }
    }
}
