package io.hatchery.runner.plan;

import java.util.List;

/** The command that switches a running NixOS system to another one, as {@code nixos-rebuild test} does on a host. */
public final class SwitchCommand {
    private SwitchCommand() {}

    /**
     * The program and its arguments.
     *
     * @param system the path of the system, inside the container
     */
    public static List<String> of(String system) {
        return List.of(system + "/bin/switch-to-configuration", "test");
    }
}
