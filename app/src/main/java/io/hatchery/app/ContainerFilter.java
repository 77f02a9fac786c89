package io.hatchery.app;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The container to which what a command shows is restricted, if it is. */
final class ContainerFilter {
    @Option(names = "--container", paramLabel = "NAME", description = "Only this container")
    private @Nullable String name;

    /** As a parameter of the API with an ampersand after it; empty if none is given. */
    String parameter() {
        return name == null ? "" : "container=" + ClientCommands.encode(name) + "&";
    }

    /**
     * Checks that the fleet has it.
     *
     * @throws UserError if it has not
     */
    void require(ApiClient api) {
        if (name != null) {
            ClientCommands.requireContainer(api, name);
        }
    }
}
