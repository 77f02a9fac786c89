package io.hatchery.protocol.access;

import io.hatchery.spec.HostName;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who connects to Kafka with a user of its own and the rights of {@link AccessTable}. Administrators and the brokers themselves are not
 * listed: they are super users. Names of instances and operators have the form of host names.
 */
public sealed interface Principal {
    /** The instance of a service that is not named. */
    String FIRST = "1";

    /** What the users of gateways begin with; the name of the instance follows. */
    String GATEWAY = "hatchery-gateway-";

    /** What the users of config-services begin with; the name of the instance follows. */
    String CONFIG_SERVICE = "hatchery-config-service-";

    /** What the users of runners begin with; the name of the host follows. */
    String RUNNER = "hatchery-runner-";

    /** The name of its user at the broker. */
    String user();

    /** What the users of operators begin with; the name of the operator follows. */
    String OPERATOR = "hatchery-operator-";

    /** Whether a user of that name is one of these principals. */
    static boolean isUser(String user) {
        return ofService(user).isPresent()
                || user.startsWith(OPERATOR) && named(user, OPERATOR).isPresent();
    }

    /** The gateway, config-service or runner whose user has that name; empty for other users. */
    static Optional<Principal> ofService(String user) {
        if (user.startsWith(GATEWAY)) {
            return named(user, GATEWAY).map(GatewayUser::new);
        }
        if (user.startsWith(CONFIG_SERVICE)) {
            return named(user, CONFIG_SERVICE).map(ConfigServiceUser::new);
        }
        return user.startsWith(RUNNER)
                ? named(user, RUNNER).map(host -> new RunnerUser(new HostName(host)))
                : Optional.empty();
    }

    private static Optional<String> named(String user, String prefix) {
        return Optional.of(user.substring(prefix.length())).filter(HostName::isValid);
    }

    /** One gateway. */
    record GatewayUser(String instance) implements Principal {
        /**
         * @throws IllegalArgumentException if the name is not valid
         */
        public GatewayUser {
            requireName("gateway", instance);
        }

        @Override
        public String user() {
            return GATEWAY + instance;
        }
    }

    /** One config-service. */
    record ConfigServiceUser(String instance) implements Principal {
        /**
         * @throws IllegalArgumentException if the name is not valid
         */
        public ConfigServiceUser {
            requireName("config-service", instance);
        }

        @Override
        public String user() {
            return CONFIG_SERVICE + instance;
        }
    }

    /** The runner of a host. */
    record RunnerUser(HostName host) implements Principal {
        @Override
        public String user() {
            return RUNNER + host;
        }
    }

    /**
     * A person or a program that publishes without a gateway, for example with {@code kcat}.
     *
     * @param definitions whether it publishes definitions and profiles; Kafka cannot limit these to hosts
     * @param hosts the hosts to which it publishes commands
     */
    record OperatorUser(String name, boolean definitions, SortedSet<HostName> hosts) implements Principal {
        /**
         * @throws IllegalArgumentException if the name is not valid
         */
        public OperatorUser {
            requireName("operator", name);
            hosts = Collections.unmodifiableSortedSet(new TreeSet<>(hosts));
        }

        @Override
        public String user() {
            return OPERATOR + name;
        }
    }

    private static void requireName(String role, String name) {
        if (!HostName.isValid(name)) {
            throw new IllegalArgumentException("the name of " + role + " '" + name
                    + "' is not valid: use 1 to 64 of a-z, 0-9 and '-', starting and ending with a letter or digit");
        }
    }
}
