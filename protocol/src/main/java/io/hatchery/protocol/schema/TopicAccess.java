package io.hatchery.protocol.schema;

import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.access.AccessTable;
import io.hatchery.protocol.access.Grant.KafkaOperation;
import io.hatchery.protocol.access.Grant.KafkaResource;
import io.hatchery.protocol.access.Principal;
import io.hatchery.spec.HostName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeSet;

/** Who writes and who reads a topic, in words, from {@link AccessTable}. */
final class TopicAccess {
    private TopicAccess() {}

    static String words(Topic topic) {
        return writers(topic) + " → " + readers(topic);
    }

    static String writers(Topic topic) {
        return who(topic, KafkaOperation.WRITE);
    }

    static String readers(Topic topic) {
        return who(topic, KafkaOperation.READ);
    }

    private static String who(Topic topic, KafkaOperation operation) {
        HostName host = Topics.hostOf(topic.name()).orElse(new HostName("host"));
        var hosts = new TreeSet<>(List.of(host));
        SequencedMap<String, Principal> roles = new LinkedHashMap<>();
        roles.put("gateway", new Principal.GatewayUser(Principal.FIRST));
        roles.put("config-service", new Principal.ConfigServiceUser(Principal.FIRST));
        roles.put(
                Topics.hostOf(topic.name()).isPresent() ? "that host's runner" : "runners",
                new Principal.RunnerUser(host));
        roles.put("operators", new Principal.OperatorUser("any", true, hosts));
        return String.join(
                ", ",
                roles.entrySet().stream()
                        .filter(role -> AccessTable.of(role.getValue(), hosts).stream()
                                .anyMatch(grant -> grant.allows(operation, KafkaResource.TOPIC, topic.name())))
                        .map(role -> role.getKey())
                        .toList());
    }
}
