package io.hatchery.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The users, capabilities and devices of a container that differ from nspawn's defaults.
 *
 * @param privateUsers {@code no}, {@code identity}, {@code pick}, or the first uid of its range ({@code --private-users=}); null if the
 *     host's policy decides
 * @param additionalCapabilities names that start with {@code CAP_}
 * @param enableTun whether it may create TUN devices
 * @param allowedDevices devices that it may use in addition to nspawn's
 * @param extraFlags further arguments of nspawn
 * @param nixDaemon whether its system reaches the host's Nix daemon though its users are the host's; null if not
 */
public record Confinement(
        @Nullable String privateUsers,
        List<String> additionalCapabilities,
        boolean enableTun,
        List<Device> allowedDevices,
        List<String> extraFlags,
        @Nullable Boolean nixDaemon) {
    /** nspawn's defaults, and users as the host's policy decides. */
    public static final Confinement DEFAULT = new Confinement(null, List.of(), false, List.of(), List.of(), null);

    /** Keeps immutable copies of the lists. */
    public Confinement {
        additionalCapabilities = List.copyOf(additionalCapabilities);
        allowedDevices = List.copyOf(allowedDevices);
        extraFlags = List.copyOf(extraFlags);
    }

    /** Whether a NixOS system in it reaches the host's Nix daemon, to which the host's uid 0 is a trusted user. */
    public boolean reachesNixDaemon() {
        return mapsUsers() || Boolean.TRUE.equals(nixDaemon);
    }

    /** The same with other users. */
    public Confinement withPrivateUsers(String users) {
        return new Confinement(users, additionalCapabilities, enableTun, allowedDevices, extraFlags, nixDaemon);
    }

    /**
     * Whether the container's user ids differ from the host's: picked, or a range that does not begin with 0. Not known, and so false, before
     * the host's policy has decided.
     */
    public boolean mapsUsers() {
        return privateUsers != null
                && !privateUsers.equals("no")
                && !privateUsers.equals("identity")
                && !privateUsers.equals("0");
    }
}
