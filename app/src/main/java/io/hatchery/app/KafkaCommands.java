package io.hatchery.app;

import io.hatchery.bus.BusConfig;
import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.access.Grant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A shell script that sets up the users of a fleet with Kafka's own tools. */
final class KafkaCommands {
    private static final String HEAD = """
            #!/usr/bin/env bash
            # Sets up the Kafka users of a fleet, their rights and topics. Needs Kafka's tools in PATH, openssl, and:
            #   BOOTSTRAP  the address of a broker, host:port
            #   ADMIN      client properties of an administrator
            # Writes USER.properties with the credentials of each new user into the current folder.
            set -euo pipefail
            umask 077
            user() { # NAME
              [ ! -e "$1.properties" ] || return 0
              password=$(openssl rand -hex 24)
              kafka-configs.sh --bootstrap-server "$BOOTSTRAP" --command-config "$ADMIN" --alter --entity-type users --entity-name "$1" \\
                --add-config "SCRAM-SHA-512=[iterations=4096,password=$password]"
              {
                echo "sasl.mechanism=SCRAM-SHA-512"
                echo "sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username=\\"$1\\" password=\\"$password\\";"
              } >"$1.properties"
            }
            grant() { # NAME OPTION...
              kafka-acls.sh --bootstrap-server "$BOOTSTRAP" --command-config "$ADMIN" --add --allow-principal "User:$1" "${@:2}"
            }
            topic() { # NAME OPTION...
              kafka-topics.sh --bootstrap-server "$BOOTSTRAP" --command-config "$ADMIN" --create --if-not-exists --topic "$@"
            }
            """;

    private KafkaCommands() {}

    /** The script. */
    static String script(AccessPlan plan, BusConfig config) {
        var script = new StringBuilder(HEAD);
        var topics = new ArrayList<Topic>(Topics.ofTheFleet());
        plan.hosts().forEach(host -> topics.addAll(Topics.of(host)));
        topics.forEach(topic -> script.append(topic(topic, config)).append('\n'));
        plan.principals()
                .keySet()
                .forEach(user -> script.append("user ").append(user).append('\n'));
        plan.grants()
                .forEach((user, grants) -> grants.forEach(
                        grant -> script.append(grant(user, grant)).append('\n')));
        return script.toString();
    }

    private static String grant(String user, Grant grant) {
        String operations = grant.operations().stream()
                .map(operation -> " --operation " + camel(operation))
                .collect(Collectors.joining());
        String resource = grant.resource().name().toLowerCase(Locale.ROOT).replace('_', '-');
        return "grant " + user + operations + " --" + resource + " " + grant.name() + " --resource-pattern-type "
                + (grant.isPrefix() ? "prefixed" : "literal");
    }

    /** As kafka-acls.sh writes it: DESCRIBE_CONFIGS is DescribeConfigs. */
    private static String camel(Grant.KafkaOperation operation) {
        return List.of(operation.name().split("_")).stream()
                .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }

    private static String topic(Topic topic, BusConfig config) {
        String replicas = config.replication() < 0 ? "" : " --replication-factor " + config.replication();
        return "topic " + topic.name() + " --partitions " + (topic.isShared() ? config.partitions() : 1) + replicas
                + topic.settings().stream()
                        .map(setting -> " --config " + setting.name() + "=" + setting.value())
                        .collect(Collectors.joining());
    }
}
