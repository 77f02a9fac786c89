package io.hatchery.app;

import io.hatchery.bus.BusException;
import io.hatchery.bus.access.AccessSetup;
import io.hatchery.protocol.access.Principal;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hatchery host}: which hosts the fleet has. */
@Command(
        name = "host",
        description = "Add hosts to the fleet, remove them, and remove containers without a definition",
        subcommands = {AddHostCommand.class, HostCommands.RemoveHost.class, HostCommands.RemoveContainer.class},
        mixinStandardHelpOptions = true)
final class HostCommands {
    /** The connection of an administrator, and the folder of the fleet's credentials. */
    static final class AdministratorOptions {
        @Mixin
        private SettingsOptions options = new SettingsOptions();

        @Option(
                names = "--folder",
                paramLabel = "DIR",
                description =
                        "Folder with the credentials of all users, as for hatchery acls (default: users in the data folder)")
        private @Nullable Path folder;

        Settings settings() {
            return options.settings();
        }

        KafkaCredentials credentials() {
            return new KafkaCredentials(folder == null ? KafkaSettings.users(options.settings()) : folder);
        }

        ControlPlaneWriter writer() throws IOException {
            return ControlPlaneWriter.of(
                    KafkaSettings.administrator(options.settings()),
                    credentials().folder());
        }

        AccessSetup access() throws IOException {
            return new AccessSetup(KafkaSettings.administrator(options.settings()));
        }
    }

    /** {@code hatchery host remove}. */
    @Command(
            name = "remove",
            description = "Remove hosts for good: their Kafka users, rights, keys and records",
            footer =
                    "The containers that wait for such a host to release them are placed on others at once: make sure that it is"
                            + " off. Containers that are defined for it stay with it until their definitions name another host.",
            mixinStandardHelpOptions = true)
    static final class RemoveHost implements Callable<Integer> {
        @Mixin
        private AdministratorOptions administrator = new AdministratorOptions();

        @Parameters(arity = "1..*", paramLabel = "HOST", description = "Names of hosts")
        private List<String> hosts = new ArrayList<>();

        @Override
        public Integer call() throws IOException {
            List<HostName> names = hosts.stream().map(HostCommands::host).toList();
            try (AccessSetup access = administrator.access();
                    ControlPlaneWriter writer = administrator.writer()) {
                for (HostName host : names) {
                    String user = new Principal.RunnerUser(host).user();
                    // The rights first: a runner that is still there must not write its record again.
                    boolean hadUser = access.users().contains(user) && access.revoke(user);
                    boolean hadFiles = administrator.credentials().delete(user);
                    writer.deleteJoinToken(host);
                    writer.deleteHost(host);
                    Output.line(host + ": removed from the fleet"
                            + (hadUser ? ", with Kafka user " + user : "")
                            + (hadFiles ? ", its credentials and keys" : ""));
                }
            } catch (BusException e) {
                throw new UserError(String.valueOf(e.getMessage()), e);
            }
            return 0;
        }
    }

    /** {@code hatchery host remove-container}. */
    @Command(
            name = "remove-container",
            description = "Remove containers from a host that no definition has; their roots stay",
            footer =
                    "Use hatchery delete for containers with a definition. This is for those that hatchery hosts names as"
                            + " unknown after topics were lost.",
            mixinStandardHelpOptions = true)
    static final class RemoveContainer implements Callable<Integer> {
        @Mixin
        private AdministratorOptions administrator = new AdministratorOptions();

        @Parameters(index = "0", paramLabel = "HOST", description = "Name of the host")
        private String host = "";

        @Parameters(index = "1", arity = "1..*", paramLabel = "CONTAINER", description = "Names of containers")
        private List<String> containers = new ArrayList<>();

        @Override
        public Integer call() throws IOException {
            HostName name = host(host);
            List<ContainerName> named =
                    containers.stream().map(HostCommands::container).toList();
            try (ControlPlaneWriter writer = administrator.writer()) {
                for (ContainerName container : named) {
                    writer.removeContainer(name, container);
                    Output.line(container + ": its removal is published to host " + name);
                }
            } catch (BusException e) {
                throw new UserError(String.valueOf(e.getMessage()), e);
            }
            return 0;
        }
    }

    static HostName host(String name) {
        try {
            return new HostName(name);
        } catch (IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    private static ContainerName container(String name) {
        try {
            return new ContainerName(name);
        } catch (IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }
}
