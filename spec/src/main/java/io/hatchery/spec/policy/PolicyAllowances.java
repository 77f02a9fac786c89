package io.hatchery.spec.policy;

import io.hatchery.spec.Device;
import io.hatchery.spec.Subnet;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a host's policy names, in lists of at most {@value #LONGEST} elements; null where a list is not given.
 *
 * @param rootPrefixes folders below which roots of containers are
 * @param binds what {@code bindMounts} may mount
 * @param capabilities what {@code additionalCapabilities} may have
 * @param devices what {@code allowedDevices} may have, with their modifiers
 * @param privateUsers what {@code privateUsers} may be: {@code no}, {@code identity}
 * @param interfaces what {@code interfaces}, {@code macvlans} and, with level restricted, {@code extraVeths} may name
 * @param bridges what {@code hostBridge} may name with level restricted
 * @param networkNamespaces what {@code networkNamespace} may be
 * @param subnets in which the addresses of containers are
 * @param extraFlags the flags of systemd-nspawn(1) that {@code extraFlags} may have
 */
@RecordBuilder
public record PolicyAllowances(
        @Nullable List<String> rootPrefixes,
        @Nullable List<AllowedBind> binds,
        @Nullable List<String> capabilities,
        @Nullable List<Device> devices,
        @Nullable List<String> privateUsers,
        @Nullable List<String> interfaces,
        @Nullable List<String> bridges,
        @Nullable List<String> networkNamespaces,
        @Nullable List<String> subnets,
        @Nullable List<String> extraFlags)
        implements PolicyAllowancesBuilder.With {
    /** How many elements a list may have. */
    public static final int LONGEST = 200;

    private static final Set<String> USERS = Set.of("no", "identity");

    /** Nothing. */
    public static final PolicyAllowances NONE =
            PolicyAllowancesBuilder.builder().build();

    /** What a policy allows whose lists are not given. */
    public static final PolicyAllowances DEFAULT = PolicyAllowancesBuilder.builder()
            .rootPrefixes(List.of("/var/lib/containers", "/var/lib/nixos-containers"))
            .binds(List.of(
                    new AllowedBind("/srv", true),
                    new AllowedBind("/mnt", true),
                    new AllowedBind("/media", true),
                    new AllowedBind("/data", true),
                    new AllowedBind("/nix/store", null)))
            .subnets(List.of("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
            .build();

    /**
     * @throws IllegalArgumentException if an element is not valid; the message names the list
     */
    public PolicyAllowances {
        rootPrefixes = paths("rootPrefixes", rootPrefixes);
        binds = copy("binds", binds, bind -> {});
        capabilities = copy("capabilities", capabilities, name -> require(name.matches("CAP_[A-Z_]+"), name));
        devices = copy("devices", devices, device -> require(device.modifier().matches("[rwm]{1,3}"), device));
        privateUsers = copy("privateUsers", privateUsers, users -> require(USERS.contains(users), users));
        interfaces = copy("interfaces", interfaces, name -> require(!name.isEmpty(), name));
        bridges = copy("bridges", bridges, name -> require(!name.isEmpty(), name));
        networkNamespaces = paths("networkNamespaces", networkNamespaces);
        subnets = copy("subnets", subnets, Subnet::new);
        extraFlags = copy("extraFlags", extraFlags, flag -> require(flag.matches("--[a-z0-9-]+"), flag));
    }

    private static void require(boolean isValid, Object element) {
        if (!isValid) {
            throw new IllegalArgumentException("'" + element + "' is not valid");
        }
    }

    private static <T> @Nullable List<T> copy(String name, @Nullable List<T> list, Consumer<T> check) {
        if (list == null) {
            return null;
        }
        if (list.size() > LONGEST) {
            throw new IllegalArgumentException(
                    name + " has " + list.size() + " elements, and at most " + LONGEST + " are allowed");
        }
        try {
            list.forEach(check);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
        return List.copyOf(list);
    }

    private static @Nullable List<String> paths(String name, @Nullable List<String> list) {
        List<String> copied =
                copy(name, list, path -> require(!HostPath.absolute(path).equals("/"), path));
        return copied == null ? null : copied.stream().map(HostPath::absolute).toList();
    }

    /** These lists, and those of another where one is not given here. */
    PolicyAllowances orElse(PolicyAllowances other) {
        return PolicyAllowancesBuilder.builder()
                .rootPrefixes(rootPrefixes == null ? other.rootPrefixes : rootPrefixes)
                .binds(binds == null ? other.binds : binds)
                .capabilities(capabilities == null ? other.capabilities : capabilities)
                .devices(devices == null ? other.devices : devices)
                .privateUsers(privateUsers == null ? other.privateUsers : privateUsers)
                .interfaces(interfaces == null ? other.interfaces : interfaces)
                .bridges(bridges == null ? other.bridges : bridges)
                .networkNamespaces(networkNamespaces == null ? other.networkNamespaces : networkNamespaces)
                .subnets(subnets == null ? other.subnets : subnets)
                .extraFlags(extraFlags == null ? other.extraFlags : extraFlags)
                .build();
    }

    /** What these or others allow. */
    PolicyAllowances and(PolicyAllowances other) {
        return PolicyAllowancesBuilder.builder()
                .rootPrefixes(both(rootPrefixes, other.rootPrefixes))
                .binds(both(binds, other.binds))
                .capabilities(both(capabilities, other.capabilities))
                .devices(both(devices, other.devices))
                .privateUsers(both(privateUsers, other.privateUsers))
                .interfaces(both(interfaces, other.interfaces))
                .bridges(both(bridges, other.bridges))
                .networkNamespaces(both(networkNamespaces, other.networkNamespaces))
                .subnets(both(subnets, other.subnets))
                .extraFlags(both(extraFlags, other.extraFlags))
                .build();
    }

    /** In the order in which they are given, each once; null if neither is given. */
    private static <T> @Nullable List<T> both(@Nullable List<T> one, @Nullable List<T> other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        var all = new LinkedHashSet<>(one);
        all.addAll(other);
        return new ArrayList<>(all).subList(0, Math.min(all.size(), LONGEST));
    }
}
