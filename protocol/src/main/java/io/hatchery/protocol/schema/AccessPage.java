package io.hatchery.protocol.schema;

import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.access.AccessTable;
import io.hatchery.protocol.access.Grant;
import io.hatchery.protocol.access.Grant.KafkaResource;
import io.hatchery.protocol.access.Principal;
import io.hatchery.spec.HostName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** The reference page of the rights on Kafka, made from {@link AccessTable}. */
final class AccessPage {
    private static final HostName HOST = new HostName("any-host-of-the-fleet");
    private static final String HEAD = """
            # Access to Kafka

            What each user may do, as `hatchery acls` and the embedded broker set it up. Everything else is refused. READ and WRITE include
            DESCRIBE. Nobody has rights on the cluster; administrators and brokers are super users. This page is generated from the code.

            - A name that ends in `*` is a prefix. All others are exact, so the runner of `h1` has no rights on topics of `h10`.
            - Of the services, config-service alone creates topics and changes their settings. Who gives a host its user, `hatchery acls` or the
              embedded broker, creates the host's topics.
            - Shared topics (`hatchery.status`, `hatchery.events`, `hatchery.hosts`, `hatchery.deadletter`) are written by all runners. Kafka
              cannot tell which host a record is about: a runner can write records about other hosts.

            ## Topics

            """;

    private record AccessColumn(String title, Principal principal) {}

    private AccessPage() {}

    static String markdown() {
        var hosts = new TreeSet<>(List.of(HOST));
        List<AccessColumn> roles = List.of(
                new AccessColumn("gateway", new Principal.GatewayUser(Principal.FIRST)),
                new AccessColumn("config-service", new Principal.ConfigServiceUser(Principal.FIRST)),
                new AccessColumn("runner of `<host>`", new Principal.RunnerUser(HOST)),
                new AccessColumn("operator of `<host>`", new Principal.OperatorUser("name", false, hosts)),
                new AccessColumn("operator of definitions", new Principal.OperatorUser("name", true, new TreeSet<>())));
        List<Topic> topics = new ArrayList<>(Topics.ofTheFleet());
        topics.addAll(Topics.of(HOST));
        var page = new StringBuilder(HEAD);
        page.append("| topic |");
        roles.forEach(role -> page.append(' ').append(role.title).append(" |"));
        page.append("\n| --- |").append(" --- |".repeat(roles.size())).append('\n');
        for (Topic topic : topics) {
            page.append("| `").append(named(topic.name())).append("` |");
            for (AccessColumn role : roles) {
                page.append(' ').append(operations(role, topic)).append(" |");
            }
            page.append('\n');
        }
        page.append("\n## Users\n\n| role | user | resource | name | operations |\n| --- | --- | --- | --- | --- |\n");
        for (AccessColumn role : roles) {
            for (Grant grant : AccessTable.of(role.principal, hosts)) {
                page.append("| ").append(role.title).append(" | `").append(user(role.principal));
                page.append("` | ")
                        .append(grant.resource().name().toLowerCase(Locale.ROOT).replace('_', ' '));
                page.append(" | `").append(named(grant.name())).append(grant.isPrefix() ? "*" : "");
                page.append("` | ").append(names(grant)).append(" |\n");
            }
        }
        return page.toString();
    }

    private static String operations(AccessColumn role, Topic topic) {
        var operations = new TreeSet<Grant.KafkaOperation>();
        for (Grant grant : AccessTable.of(role.principal, List.of(HOST))) {
            for (Grant.KafkaOperation operation : grant.operations()) {
                if (grant.allows(operation, KafkaResource.TOPIC, topic.name())) {
                    operations.add(operation);
                }
            }
        }
        return String.join(", ", operations.stream().map(Enum::name).toList());
    }

    private static String names(Grant grant) {
        return String.join(", ", grant.operations().stream().map(Enum::name).toList());
    }

    private static String named(String name) {
        return name.replace(HOST.value(), "<host>");
    }

    private static String user(Principal principal) {
        return switch (principal) {
            case Principal.GatewayUser any -> "hatchery-gateway-<name>";
            case Principal.ConfigServiceUser any -> "hatchery-config-service-<name>";
            case Principal.RunnerUser any -> named(principal.user());
            case Principal.OperatorUser any -> "hatchery-operator-<name>";
        };
    }
}
