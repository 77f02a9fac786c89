package io.hatchery.spec.policy;

import io.hatchery.spec.Confinement;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Device;
import io.hatchery.spec.Subnet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a host allows one container.
 *
 * @param allow beside what the level allows
 */
public record EffectivePolicy(PolicyLevel level, PolicyAllowances allow) {
    private static final String PICK = "pick";
    private static final String NO = "no";

    /** Everything. */
    public static final EffectivePolicy PRIVILEGED =
            new EffectivePolicy(PolicyLevel.PRIVILEGED, PolicyAllowances.DEFAULT);

    /** Whether everything is allowed. */
    public boolean isPrivileged() {
        return level == PolicyLevel.PRIVILEGED;
    }

    /** The spec with users: where it has none they are picked, but with level privileged they are the host's, as in NixOS. */
    public ContainerSpec withUsers(ContainerSpec spec) {
        Confinement confinement = spec.confinement() == null ? Confinement.DEFAULT : spec.confinement();
        return confinement.privateUsers() != null
                ? spec
                : spec.withConfinement(confinement.withPrivateUsers(isPrivileged() ? NO : PICK));
    }

    /** The folders below which roots are. */
    public List<String> rootPrefixes() {
        return given(allow.rootPrefixes());
    }

    List<AllowedBind> binds() {
        return given(allow.binds());
    }

    List<String> capabilities() {
        return given(allow.capabilities());
    }

    List<Device> devices() {
        return given(allow.devices());
    }

    List<String> privateUsers() {
        return given(allow.privateUsers());
    }

    List<String> interfaces() {
        return given(allow.interfaces());
    }

    List<String> bridges() {
        return given(allow.bridges());
    }

    List<String> networkNamespaces() {
        return given(allow.networkNamespaces());
    }

    List<Subnet> subnets() {
        return given(allow.subnets()).stream().map(Subnet::new).toList();
    }

    List<String> extraFlags() {
        return given(allow.extraFlags());
    }

    private static <T> List<T> given(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}
