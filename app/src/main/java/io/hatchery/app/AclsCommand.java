package io.hatchery.app;

import io.hatchery.bus.BusConfig;
import io.hatchery.bus.BusException;
import io.hatchery.bus.access.AccessSetup;
import io.hatchery.protocol.access.Principal;
import io.hatchery.spec.HostName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hatchery acls}. */
@Command(
        name = "acls",
        description = "Create Kafka users for services, hosts and operators, with the rights that each needs",
        footer =
                "It connects as an administrator: with kafka.<property> and credentials.file, or to the embedded broker of the"
                        + " same data folder. Services that have a user already get their present rights too.",
        mixinStandardHelpOptions = true)
final class AclsCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @ArgGroup(exclusive = true, multiplicity = "1")
    private RequestedAction action = new RequestedAction();

    @Option(
            names = "--host",
            paramLabel = "HOST",
            split = ",",
            description = "Hosts whose runners get a user, separated by commas")
    private List<String> hosts = new ArrayList<>();

    @Option(
            names = "--gateway",
            paramLabel = "NAME",
            split = ",",
            description = "Gateways that get a user, separated by commas (default: 1, if there is none)")
    private List<String> gateways = new ArrayList<>();

    @Option(
            names = "--config-service",
            paramLabel = "NAME",
            split = ",",
            description = "config-services that get a user, separated by commas (default: 1, if there is none)")
    private List<String> configServices = new ArrayList<>();

    @Option(
            names = "--operator",
            paramLabel = "NAME=HOST,…",
            description = "Operator who may publish commands to these hosts")
    private Map<String, String> operators = new LinkedHashMap<>();

    @Option(
            names = "--definitions",
            paramLabel = "NAME",
            split = ",",
            description = "Operators who may publish definitions and profiles, for all hosts; separated by commas")
    private List<String> authors = new ArrayList<>();

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            description = "Folder for the credentials, with a folder for each user (default: users in the data folder)")
    private @Nullable Path folder;

    @Option(names = "--new-passwords", description = "Give named users that exist already a new password")
    private boolean newPasswords;

    /** What to do. */
    private static final class RequestedAction {
        @Option(names = "--apply", description = "Create users, rights and topics on the cluster")
        private boolean apply;

        @Option(
                names = "--output",
                paramLabel = "commands",
                description = "Print a script for Kafka's own tools; needs no connection")
        private @Nullable Format output;

        @Option(
                names = "--revoke",
                paramLabel = "USER",
                split = ",",
                description = "Remove users, such as hatchery-runner-h1, and their rights; separated by commas")
        private List<String> revoked = new ArrayList<>();
    }

    private enum Format {
        COMMANDS
    }

    @Override
    public Integer call() throws IOException {
        try {
            return carryOut(options.settings(), named());
        } catch (BusException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    private int carryOut(Settings settings, List<Principal> named) throws IOException {
        if (action.output != null) {
            var all = AccessPlan.withServices(named, Set.of());
            BusConfig unconnected = KafkaSettings.of(settings, Map.of("bootstrap.servers", "unused"));
            System.out.print(KafkaCommands.script(AccessPlan.of(all, Set.of()), unconnected));
            return 0;
        }
        BusConfig administrator = KafkaSettings.administrator(settings);
        return action.apply ? apply(settings, administrator, named) : revoke(settings, administrator);
    }

    private int apply(Settings settings, BusConfig administrator, List<Principal> named) throws IOException {
        KafkaCredentials credentials = credentials(settings);
        var passwords = newPasswords ? FleetAccess.NewPasswords.ALL : FleetAccess.NewPasswords.NONE;
        print(new FleetAccess(administrator, credentials).apply(named, passwords), credentials);
        return 0;
    }

    private KafkaCredentials credentials(Settings settings) {
        return new KafkaCredentials(folder == null ? KafkaSettings.users(settings) : folder);
    }

    private int revoke(Settings settings, BusConfig administrator) throws IOException {
        action.revoked.stream()
                .filter(user -> !Principal.isUser(user))
                .findFirst()
                .ifPresent(user -> {
                    throw new UserError(
                            user + " is not a user that hatchery acls makes: their names are hatchery-gateway-NAME,"
                                    + " hatchery-config-service-NAME, hatchery-runner-HOST and hatchery-operator-NAME. Nothing was changed");
                });
        KafkaCredentials credentials = credentials(settings);
        var missing = new ArrayList<String>();
        try (var setup = new AccessSetup(administrator)) {
            for (String user : action.revoked) {
                boolean isRevoked = setup.revoke(user);
                // A later user of that name must not get the password that may be known to others.
                boolean isDeleted = credentials.delete(user);
                if (isRevoked) {
                    Output.line(user + ": user and rights removed" + (isDeleted ? ", credentials deleted" : ""));
                } else {
                    missing.add(user);
                }
            }
            if (!missing.isEmpty()) {
                throw new UserError("there is no user " + String.join(", ", missing) + ". The users are "
                        + String.join(", ", setup.users()));
            }
        }
        return 0;
    }

    private List<Principal> named() {
        var named = new ArrayList<Principal>();
        try {
            gateways.forEach(name -> named.add(new Principal.GatewayUser(name)));
            configServices.forEach(name -> named.add(new Principal.ConfigServiceUser(name)));
            hosts.forEach(host -> named.add(new Principal.RunnerUser(new HostName(host))));
            var names = new TreeSet<>(operators.keySet());
            names.addAll(authors);
            for (String name : names) {
                var granted = new TreeSet<HostName>();
                String list = operators.get(name);
                if (list != null) {
                    List.of(list.split(",")).forEach(host -> granted.add(new HostName(host)));
                }
                named.add(new Principal.OperatorUser(name, authors.contains(name), granted));
            }
        } catch (IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
        return named;
    }

    private static void print(FleetAccess.AccessChanges changes, KafkaCredentials credentials) {
        changes.created().forEach(user -> Output.line(user + ": created; credentials in " + credentials.file(user)));
        changes.renewed()
                .forEach(user -> Output.line(user + ": new password; credentials in " + credentials.file(user)));
        changes.withoutFile()
                .forEach(user -> Output.line(user + ": keeps its password, which is not in " + credentials.folder()
                        + "; --new-passwords replaces it"));
        Output.line(
                "ACLs: " + changes.acls().added() + " added, " + changes.acls().removed() + " removed");
    }
}
