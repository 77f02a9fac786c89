package io.hatchery.protocol;

import io.hatchery.protocol.Topic.Cleanup;
import io.hatchery.protocol.Topic.Segments;
import io.hatchery.protocol.token.AccessToken;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.HostName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The table of all topics. Topics are created, checked and documented from it. */
public final class Topics {
    /** What the names of all topics begin with. */
    public static final String PREFIX = "hatchery.";

    /** What the names of hosts' topics begin with; the host's name follows. */
    public static final String HOST_PREFIX = PREFIX + "host.";

    private static final long UNBOUNDED = -1;
    private static final int MIB = 1 << 20;
    private static final String SPECS_SUFFIX = ".specs";
    private static final String COMMANDS_SUFFIX = ".commands";
    private static final String LOGS_SUFFIX = ".logs";
    private static final String CONTAINER = "container";

    /** How long a reader of a compacted topic may be away and still read every tombstone. */
    public static final Duration TOMBSTONES = Duration.ofDays(28);

    private static final Cleanup COMPACTED_DAILY = new Cleanup.Compacted(TOMBSTONES, Duration.ofDays(1));
    private static final Segments DAILY = new Segments(Duration.ofDays(1), 64 * MIB);

    /** Definitions by container; a null value deletes. */
    public static final Topic DEFINITIONS = TopicBuilder.builder()
            .name("hatchery.definitions")
            .key(CONTAINER)
            .cleanup(COMPACTED_DAILY)
            .segments(DAILY)
            .isShared(true)
            .value(ContainerDefinition.class)
            .reason("the last definition of each container is the desired state")
            .build();
    /** Profiles by name; a null value deletes. */
    public static final Topic PROFILES = TopicBuilder.builder()
            .name("hatchery.profiles")
            .key("profile")
            .cleanup(COMPACTED_DAILY)
            .segments(DAILY)
            .isShared(true)
            .value(ContainerDefinition.class)
            .reason("the last version of each profile is in force")
            .build();
    /** The result of each definition's evaluation. */
    public static final Topic EVALUATIONS = TopicBuilder.builder()
            .name("hatchery.evaluations")
            .key(CONTAINER)
            .cleanup(COMPACTED_DAILY)
            .segments(DAILY)
            .isShared(true)
            .value(Evaluation.class)
            .reason(
                    "config-service folds it at its start; generations continue from it after a deletion, so it is never tombstoned")
            .build();
    /** The last observed status of each container. */
    public static final Topic STATUS = TopicBuilder.builder()
            .name("hatchery.status")
            .key(CONTAINER)
            .cleanup(new Cleanup.Compacted(TOMBSTONES, Duration.ofHours(1)))
            .segments(new Segments(Duration.ofHours(1), 16 * MIB))
            .isShared(true)
            .value(ContainerStatus.class)
            .reason(
                    "statuses change often and only the last counts; a tombstone is a host's confirmation of a removal, which"
                            + " config-service must see even after weeks")
            .build();
    /** The audit trail. */
    public static final Topic EVENTS = TopicBuilder.builder()
            .name("hatchery.events")
            .key(CONTAINER)
            .cleanup(new Cleanup.Expiring(Duration.ofDays(30), UNBOUNDED))
            .segments(DAILY)
            .isShared(true)
            .value(FleetEvent.class)
            .reason("operations and history are folded from it for 30 days")
            .build();
    /** Heartbeats. */
    public static final Topic HOSTS = TopicBuilder.builder()
            .name("hatchery.hosts")
            .key("host")
            .cleanup(new Cleanup.Compacted(TOMBSTONES, Duration.ofMinutes(2)))
            .segments(new Segments(Duration.ofMinutes(1), MIB))
            .isShared(true)
            .isRestored(true)
            .value(HostStatus.class)
            .reason(
                    "a heartbeat is superseded within seconds: small segments compact within minutes, so that a reader that starts"
                            + " does not read hundreds of thousands of them; a lost one is followed by the next")
            .build();
    /** The output of evaluations and builds. */
    public static final Topic CONSOLE = TopicBuilder.builder()
            .name("hatchery.console")
            .key(CONTAINER)
            .cleanup(new Cleanup.Expiring(Duration.ofDays(1), 64 * MIB))
            .segments(new Segments(Duration.ofHours(1), 8 * MIB))
            .isShared(true)
            .value(ConsoleLines.class)
            .reason("the output of a build is of interest while it runs and shortly after")
            .build();
    /** Records that could not be handled. */
    public static final Topic DEAD_LETTERS = TopicBuilder.builder()
            .name("hatchery.deadletter")
            .key("as the record had")
            .cleanup(new Cleanup.Expiring(Duration.ofDays(30), 1024L * MIB))
            .segments(DAILY)
            .isShared(false)
            .value(byte[].class)
            .reason(
                    "an operator has a month to find out why a record was refused; a producer of garbage cannot fill the disk")
            .build();

    /** The tokens of the API; a null value revokes. */
    public static final Topic ACCESS = TopicBuilder.builder()
            .name("hatchery.access")
            .key("token/NAME")
            .cleanup(COMPACTED_DAILY)
            .segments(DAILY)
            .isShared(false)
            .value(AccessToken.class)
            .reason(
                    "all gateways accept the same tokens; one partition, so that a revocation is not read before the token")
            .build();

    /** Who changed what by the API. */
    public static final Topic AUDIT = TopicBuilder.builder()
            .name("hatchery.audit")
            .key("gateway")
            .cleanup(new Cleanup.Expiring(Duration.ofDays(366), UNBOUNDED))
            .segments(DAILY)
            .isShared(false)
            .value(AuditEntry.class)
            .reason("an auditor has a year to find out who did what; one partition, so that it is read in its order")
            .build();

    private static final Set<String> SHARED =
            ofTheFleet().stream().filter(Topic::isShared).map(Topic::name).collect(Collectors.toUnmodifiableSet());

    private Topics() {}

    /** The topics of the fleet. */
    public static List<Topic> ofTheFleet() {
        return List.of(DEFINITIONS, PROFILES, EVALUATIONS, STATUS, EVENTS, HOSTS, CONSOLE, DEAD_LETTERS, ACCESS, AUDIT);
    }

    /** Whether the topic of that name has as many partitions as the fleet was set up with. */
    public static boolean isShared(String topic) {
        return SHARED.contains(topic);
    }

    /** The topics of one host. */
    public static List<Topic> of(HostName host) {
        return List.of(specs(host), commands(host), logs(host));
    }

    /** The specs of one host by container; a tombstone removes the container from the host. */
    public static Topic specs(HostName host) {
        return TopicBuilder.builder()
                .name(HOST_PREFIX + host + SPECS_SUFFIX)
                .key(CONTAINER)
                .cleanup(COMPACTED_DAILY)
                .segments(new Segments(Duration.ofDays(1), 16 * MIB))
                .isShared(false)
                .isRestored(true)
                .value(ContainerSpec.class)
                .reason(
                        "one host's runner reads its own specs only; a tombstone is the order to remove a container, and must wait for"
                                + " a host that is away for weeks; config-service publishes again what a host has not read")
                .build();
    }

    /** The commands of one host. */
    public static Topic commands(HostName host) {
        return TopicBuilder.builder()
                .name(HOST_PREFIX + host + COMMANDS_SUFFIX)
                .key(CONTAINER)
                .cleanup(new Cleanup.Expiring(Duration.ofDays(7), UNBOUNDED))
                .segments(new Segments(Duration.ofHours(6), 16 * MIB))
                .isShared(false)
                .value(Command.class)
                .reason(
                        "a command waits a week for a host that is away, and segments roll well before that, so that it is gone soon"
                                + " after")
                .build();
    }

    /** How long logs are kept at least, unless their topic exceeds its size before. */
    public static final Duration LOGS_KEPT = Duration.ofDays(7);

    /** What the containers of one host print. */
    public static Topic logs(HostName host) {
        return TopicBuilder.builder()
                .name(HOST_PREFIX + host + LOGS_SUFFIX)
                .key(CONTAINER)
                .cleanup(new Cleanup.Expiring(LOGS_KEPT, 512L * MIB))
                .segments(new Segments(Duration.ofHours(6), 16 * MIB))
                .isShared(false)
                .isRestored(true)
                .value(LogBatch.class)
                .reason(
                        "the logs of a host are read while it is away and after a migration; one partition keeps their order, and its"
                                + " size bounds what containers that print without end cost the broker")
                .build();
    }

    /** The topics that a host's runner reads or writes and that all hosts share. */
    public static List<Topic> sharedByRunners() {
        return List.of(STATUS, EVENTS, HOSTS, DEAD_LETTERS);
    }

    /** What the message authentication codes of a topic's records show. */
    public static Authentication authenticationOf(String topic) {
        if (topic.equals(STATUS.name()) || topic.equals(EVENTS.name()) || topic.equals(HOSTS.name())) {
            return Authentication.REPORT;
        }
        if (hostOf(topic, SPECS_SUFFIX).isPresent()) {
            return Authentication.SPEC;
        }
        return hostOf(topic, COMMANDS_SUFFIX).isPresent() ? Authentication.COMMAND : Authentication.NONE;
    }

    /** The host of a command topic; empty for other topics. */
    public static Optional<HostName> hostOfCommands(String topic) {
        return hostOf(topic, COMMANDS_SUFFIX);
    }

    /** The host of a topic of specs, commands or logs; empty for other topics. */
    public static Optional<HostName> hostOf(String topic) {
        return hostOf(topic, COMMANDS_SUFFIX)
                .or(() -> hostOf(topic, SPECS_SUFFIX))
                .or(() -> hostOf(topic, LOGS_SUFFIX));
    }

    private static Optional<HostName> hostOf(String topic, String suffix) {
        if (topic.startsWith(HOST_PREFIX)
                && topic.endsWith(suffix)
                && topic.length() > HOST_PREFIX.length() + suffix.length()) {
            String host = topic.substring(HOST_PREFIX.length(), topic.length() - suffix.length());
            return HostName.isValid(host) ? Optional.of(new HostName(host)) : Optional.empty();
        }
        return Optional.empty();
    }
}
