package io.hatchery.protocol.access;

import static io.hatchery.protocol.access.Grant.KafkaOperation.ALTER_CONFIGS;
import static io.hatchery.protocol.access.Grant.KafkaOperation.CREATE;
import static io.hatchery.protocol.access.Grant.KafkaOperation.DESCRIBE;
import static io.hatchery.protocol.access.Grant.KafkaOperation.DESCRIBE_CONFIGS;
import static io.hatchery.protocol.access.Grant.KafkaOperation.READ;
import static io.hatchery.protocol.access.Grant.KafkaOperation.WRITE;

import io.hatchery.protocol.Groups;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.access.Grant.KafkaResource;
import io.hatchery.spec.HostName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The rights of each principal on Kafka: all that it needs, and nothing else. Nobody has rights on the cluster. Of the
 * services, config-service alone creates topics and sets them up; who gives a host its user creates the host's topics.
 */
public final class AccessTable {
    private AccessTable() {}

    /**
     * What a principal may do.
     *
     * @param hosts all hosts of the fleet: a gateway may publish commands to these and read their logs
     */
    public static List<Grant> of(Principal principal, Collection<HostName> hosts) {
        return switch (principal) {
            case Principal.GatewayUser any -> gateway(hosts);
            case Principal.ConfigServiceUser any -> configService();
            case Principal.RunnerUser(HostName host) -> runner(host);
            case Principal.OperatorUser operator -> operator(operator);
        };
    }

    private static List<Grant> gateway(Collection<HostName> hosts) {
        var grants = new ArrayList<>(List.of(
                Grant.on(Topics.DEFINITIONS, READ, WRITE),
                Grant.on(Topics.PROFILES, READ, WRITE),
                Grant.on(Topics.EVALUATIONS, READ),
                Grant.on(Topics.STATUS, READ),
                Grant.on(Topics.EVENTS, READ),
                Grant.on(Topics.HOSTS, READ),
                Grant.on(Topics.CONSOLE, READ),
                Grant.on(Topics.DEAD_LETTERS, READ, WRITE),
                Grant.on(Topics.ACCESS, READ, WRITE),
                Grant.on(Topics.AUDIT, READ, WRITE)));
        // By name: a prefix that ends before the host's name would include specs.
        hosts.forEach(host -> {
            grants.add(Grant.on(Topics.commands(host), READ, WRITE));
            grants.add(Grant.on(Topics.logs(host), READ));
        });
        return grants;
    }

    private static List<Grant> configService() {
        return List.of(
                Grant.onPrefix(KafkaResource.TOPIC, Topics.PREFIX, DESCRIBE, CREATE, DESCRIBE_CONFIGS, ALTER_CONFIGS),
                Grant.on(Topics.DEFINITIONS, READ, WRITE), // it writes rollbacks
                Grant.on(Topics.PROFILES, READ),
                Grant.on(Topics.EVALUATIONS, READ, WRITE),
                Grant.on(Topics.STATUS, READ),
                Grant.on(Topics.EVENTS, WRITE),
                Grant.on(Topics.HOSTS, READ),
                Grant.on(Topics.CONSOLE, WRITE),
                Grant.on(Topics.DEAD_LETTERS, READ, WRITE),
                Grant.onPrefix(KafkaResource.TOPIC, Topics.HOST_PREFIX, WRITE),
                Grant.on(KafkaResource.GROUP, Groups.CONFIG, READ),
                Grant.onPrefix(KafkaResource.TRANSACTIONAL_ID, Groups.transactionalIdPrefix(Groups.CONFIG), WRITE));
    }

    private static List<Grant> runner(HostName host) {
        return List.of(
                Grant.on(Topics.specs(host), READ),
                Grant.on(Topics.commands(host), READ),
                Grant.on(Topics.logs(host), WRITE),
                Grant.on(Topics.STATUS, WRITE),
                // After a crash it looks which of its events are there already.
                Grant.on(Topics.EVENTS, READ, WRITE),
                // It reads its own heartbeats back, which shows that no other runner has taken the name of its host.
                Grant.on(Topics.HOSTS, READ, WRITE),
                Grant.on(Topics.DEAD_LETTERS, WRITE),
                Grant.on(KafkaResource.GROUP, Groups.ofRunner(host), READ));
    }

    private static List<Grant> operator(Principal.OperatorUser operator) {
        var grants = new ArrayList<Grant>();
        if (operator.definitions()) {
            grants.add(Grant.on(Topics.DEFINITIONS, WRITE));
            grants.add(Grant.on(Topics.PROFILES, WRITE));
        }
        operator.hosts().forEach(host -> grants.add(Grant.on(Topics.commands(host), WRITE)));
        grants.add(Grant.on(Topics.EVENTS, READ));
        return grants;
    }
}
