package io.hatchery.app;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that restricts output to one container. */
final class ContainerFilter {
    @Option(names = "--container", paramLabel = "NAME", description = "Only this container")
    private @Nullable String name;

    /** The parameter of the API, followed by an ampersand; empty if the option is not given. */
    String parameter() {
        return name == null ? "" : "container=" + ClientCommands.encode(name) + "&";
    }

    /**
     * Checks that the fleet has the container.
     *
     * @throws UserError if it does not
     */
    void require(ApiClient api) {
        if (name != null) {
            ClientCommands.requireContainer(api, name);
        }
    }
}
