package io.hatchery.protocol;

import io.hatchery.protocol.Topic.Cleanup;
import io.hatchery.protocol.Topic.Segments;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.HostName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Every topic, with its key, partitions, retention, readers and writers: the one table that they are created, checked and documented from. */
public final class Topics {
    private static final long UNBOUNDED = -1;
    private static final int MIB = 1 << 20;
    private static final String HOST_PREFIX = "hatchery.host.";
    private static final String COMMANDS_SUFFIX = ".commands";
    private static final String CONTAINER = "container";

    /** How long readers of compacted topics may be away and still see every deletion: a host in repair, a gateway's cursor. */
    public static final Duration TOMBSTONES = Duration.ofDays(28);

    private static final Cleanup COMPACTED_DAILY = new Cleanup.Compacted(TOMBSTONES, Duration.ofDays(1));
    private static final Segments DAILY = new Segments(Duration.ofDays(1), 64 * MIB);

    /** Definitions by container; a null value deletes. */
    public static final Topic DEFINITIONS = new Topic(
            "hatchery.definitions",
            CONTAINER,
            COMPACTED_DAILY,
            DAILY,
            true,
            ContainerDefinition.class,
            "gateway, operators → config-service",
            "the last definition of each container is the desired state");
    /** Profiles by name; a null value deletes. */
    public static final Topic PROFILES = new Topic(
            "hatchery.profiles",
            "profile",
            COMPACTED_DAILY,
            DAILY,
            true,
            ContainerDefinition.class,
            "gateway, operators → config-service, gateway",
            "the last version of each profile is in force");
    /** The result of each definition's evaluation. */
    public static final Topic EVALUATIONS = new Topic(
            "hatchery.evaluations",
            CONTAINER,
            COMPACTED_DAILY,
            DAILY,
            true,
            Evaluation.class,
            "config-service → config-service, gateway",
            "config-service folds it at its start; generations continue from it after a deletion, so it is never tombstoned");
    /** The last observed status of each container. */
    public static final Topic STATUS = new Topic(
            "hatchery.status",
            CONTAINER,
            new Cleanup.Compacted(TOMBSTONES, Duration.ofHours(1)),
            new Segments(Duration.ofHours(1), 16 * MIB),
            true,
            ContainerStatus.class,
            "runners → gateway, config-service",
            "statuses change often and only the last counts; a tombstone is a host's confirmation of a removal, which"
                    + " config-service must see even after weeks");
    /** The audit trail. */
    public static final Topic EVENTS = new Topic(
            "hatchery.events",
            CONTAINER,
            new Cleanup.Deleted(Duration.ofDays(30), UNBOUNDED),
            DAILY,
            true,
            FleetEvent.class,
            "all → all",
            "operations and history are folded from it for 30 days");
    /** Heartbeats. */
    public static final Topic HOSTS = new Topic(
            "hatchery.hosts",
            "host",
            new Cleanup.Compacted(TOMBSTONES, Duration.ofMinutes(2)),
            new Segments(Duration.ofMinutes(1), MIB),
            true,
            HostStatus.class,
            "runners → gateway, config-service, runners",
            "a heartbeat is superseded within seconds: small segments compact within minutes, so that a reader that starts"
                    + " does not read hundreds of thousands of them");
    /** The output of evaluations and builds. */
    public static final Topic CONSOLE = new Topic(
            "hatchery.console",
            CONTAINER,
            new Cleanup.Deleted(Duration.ofDays(1), 64 * MIB),
            new Segments(Duration.ofHours(1), 8 * MIB),
            true,
            ConsoleLines.class,
            "config-service → gateway",
            "the output of a build is of interest while it runs and shortly after");
    /** Records that could not be handled. */
    public static final Topic DEAD_LETTERS = new Topic(
            "hatchery.deadletter",
            "as the record had",
            new Cleanup.Deleted(Duration.ofDays(30), 1024L * MIB),
            DAILY,
            false,
            byte[].class,
            "all → operators, gateway, config-service",
            "an operator has a month to find out why a record was refused; a producer of garbage cannot fill the disk");

    private static final Set<String> SHARED =
            ofTheFleet().stream().filter(Topic::isShared).map(Topic::name).collect(Collectors.toUnmodifiableSet());

    private Topics() {}

    /** The topics that every fleet has once. */
    public static List<Topic> ofTheFleet() {
        return List.of(DEFINITIONS, PROFILES, EVALUATIONS, STATUS, EVENTS, HOSTS, CONSOLE, DEAD_LETTERS);
    }

    /** Whether the topic of that name has as many partitions as the fleet was set up with. */
    public static boolean isShared(String topic) {
        return SHARED.contains(topic);
    }

    /** The topics of one host. */
    public static List<Topic> of(HostName host) {
        return List.of(specs(host), commands(host));
    }

    /** One host's specs by container; a null value means remove it from this host. */
    public static Topic specs(HostName host) {
        return new Topic(
                HOST_PREFIX + host + ".specs",
                CONTAINER,
                COMPACTED_DAILY,
                new Segments(Duration.ofDays(1), 16 * MIB),
                false,
                ContainerSpec.class,
                "config-service → that host's runner",
                "one host's runner reads its own specs only; a tombstone is the order to remove a container, and must wait for"
                        + " a host that is away for weeks");
    }

    /** One host's commands. */
    public static Topic commands(HostName host) {
        return new Topic(
                HOST_PREFIX + host + COMMANDS_SUFFIX,
                CONTAINER,
                new Cleanup.Deleted(Duration.ofDays(7), UNBOUNDED),
                new Segments(Duration.ofHours(6), 16 * MIB),
                false,
                Command.class,
                "gateway, operators → that host's runner, gateway",
                "a command waits a week for a host that is away, and segments roll well before that, so that it is gone soon"
                        + " after");
    }

    /** The host whose commands travel on the topic of that name, if it is such a topic. */
    public static Optional<HostName> hostOfCommands(String topic) {
        if (topic.startsWith(HOST_PREFIX)
                && topic.endsWith(COMMANDS_SUFFIX)
                && topic.length() > HOST_PREFIX.length() + COMMANDS_SUFFIX.length()) {
            String host = topic.substring(HOST_PREFIX.length(), topic.length() - COMMANDS_SUFFIX.length());
            return HostName.isValid(host) ? Optional.of(new HostName(host)) : Optional.empty();
        }
        return Optional.empty();
    }
}
