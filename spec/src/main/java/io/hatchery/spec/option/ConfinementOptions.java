package io.hatchery.spec.option;

import io.hatchery.spec.Confinement;
import io.hatchery.spec.ContainerSpec;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The options of users, capabilities and devices. */
final class ConfinementOptions {
    private static final OptionType.Submodule DEVICE = new OptionType.Submodule(List.of(
            Option.named("node")
                    .type(ConfinementTypes.DEVICE_NODE)
                    .description("Device node, such as /dev/fuse, or a class of devices, such as char-pts.")
                    .defaultText("must be given")
                    .example("/dev/fuse")
                    .becomes("DeviceAllow=")
                    .build(),
            Option.named("modifier")
                    .type(ConfinementTypes.DEVICE_MODIFIER)
                    .description("Permissions: r for read, w for write, m for mknod.")
                    .defaultText("must be given")
                    .example("rw")
                    .becomes("DeviceAllow=")
                    .build()));

    private ConfinementOptions() {}

    static List<Option> all() {
        return List.of(
                Option.named("privateUsers")
                        .type(ConfinementTypes.USERS)
                        .description(
                                "User namespace of the container: no (the host's user ids), identity (the same ids in a namespace of its own),"
                                        + " pick (a free range of ids), or the first id of a range. Unset, it is pick, so that root inside is"
                                        + " nobody on the host; with level privileged of the host's policy it is no. With users of its own,"
                                        + " binds and the root are mapped: files have the same owners inside and on the host.")
                        .defaultText("pick; no with level privileged of the host's policy")
                        .example("pick")
                        .becomes("--private-users=")
                        .needsRestart(confinement(Confinement::privateUsers))
                        .build(),
                Option.named("additionalCapabilities")
                        .type(new OptionType.ListOf(ConfinementTypes.CAPABILITY))
                        .description("Capabilities to add to those that systemd-nspawn keeps by default.")
                        .defaultsTo(List.of())
                        .example(List.of("CAP_NET_ADMIN"))
                        .becomes("--capability=")
                        .needsRestart(confinement(Confinement::additionalCapabilities))
                        .build(),
                Option.named("enableTun")
                        .type(Types.BOOL)
                        .description("Whether the container may create TUN and TAP devices.")
                        .defaultsTo(false)
                        .example(true)
                        .becomes("DeviceAllow=/dev/net/tun rwm and CAP_NET_ADMIN")
                        .needsRestart(confinement(Confinement::enableTun))
                        .build(),
                Option.named("allowedDevices")
                        .type(new OptionType.ListOf(DEVICE))
                        .description(
                                "Devices that the container may use, besides the pseudo devices that every container has.")
                        .defaultsTo(List.of())
                        .exampleJson("[{\"node\": \"/dev/fuse\", \"modifier\": \"rw\"}]")
                        .becomes("DeviceAllow=")
                        .needsRestart(confinement(Confinement::allowedDevices))
                        .build(),
                Option.named("extraFlags")
                        .type(new OptionType.ListOf(Types.TEXT))
                        .description("More arguments for systemd-nspawn. The host's policy decides which are allowed.")
                        .defaultsTo(List.of())
                        .example(List.of("--personality=x86"))
                        .becomes("appended to nspawn's arguments")
                        .needsRestart(confinement(Confinement::extraFlags))
                        .build(),
                Option.named("nixDaemon")
                        .type(Types.BOOL)
                        .description(
                                "Whether a NixOS system reaches the host's Nix daemon where the container's users are the host's. The"
                                        + " daemon trusts the host's root, so root inside then is root on the host. NixOS binds the"
                                        + " socket into every container; here it is bound by itself only where privateUsers maps"
                                        + " users to others.")
                        .defaultsTo(false)
                        .example(true)
                        .becomes("--bind-ro=/nix/var/nix/daemon-socket")
                        .needsRestart(confinement(confinement -> Boolean.TRUE.equals(confinement.nixDaemon())))
                        .build());
    }

    private static Function<ContainerSpec, @Nullable Object> confinement(
            Function<Confinement, @Nullable Object> value) {
        return spec -> value.apply(spec.confinement() == null ? Confinement.DEFAULT : spec.confinement());
    }
}
