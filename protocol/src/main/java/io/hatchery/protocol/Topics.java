package io.hatchery.protocol;

import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.HostName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Every topic there is. */
public final class Topics {
    private static final long UNBOUNDED = -1;
    private static final long CONSOLE_BYTES = 64L << 20;
    private static final String HOST_PREFIX = "hatchery.host.";
    private static final String COMMANDS_SUFFIX = ".commands";

    /** Definitions by container; a null value deletes. */
    public static final Topic DEFINITIONS = new Topic(
            "hatchery.definitions",
            "container",
            new Topic.Kept.Compacted(),
            true,
            ContainerDefinition.class,
            "gateway, operators");
    /** Profiles by name; a null value deletes. */
    public static final Topic PROFILES = new Topic(
            "hatchery.profiles",
            "profile",
            new Topic.Kept.Compacted(),
            true,
            ContainerDefinition.class,
            "gateway, operators");
    /** What became of each definition. */
    public static final Topic EVALUATIONS = new Topic(
            "hatchery.evaluations", "container", new Topic.Kept.Compacted(), true, Evaluation.class, "config-service");
    /** The last observed truth about each container. */
    public static final Topic STATUS = new Topic(
            "hatchery.status", "container", new Topic.Kept.Compacted(), true, ContainerStatus.class, "runners");
    /** The audit trail. */
    public static final Topic EVENTS = new Topic(
            "hatchery.events",
            "container",
            new Topic.Kept.For(Duration.ofDays(30), UNBOUNDED),
            true,
            FleetEvent.class,
            "all");
    /** Heartbeats. */
    public static final Topic HOSTS =
            new Topic("hatchery.hosts", "host", new Topic.Kept.Compacted(), true, HostStatus.class, "runners");
    /** What evaluations and builds print. */
    public static final Topic CONSOLE = new Topic(
            "hatchery.console",
            "container",
            new Topic.Kept.For(Duration.ofDays(1), CONSOLE_BYTES),
            true,
            ConsoleLines.class,
            "config-service");
    /** Records nobody could read. */
    public static final Topic DEAD_LETTERS = new Topic(
            "hatchery.deadletter",
            "as the record had",
            new Topic.Kept.For(Duration.ofDays(30), UNBOUNDED),
            false,
            byte[].class,
            "all");

    private Topics() {}

    /** The topics that every fleet has once. */
    public static List<Topic> ofTheFleet() {
        return List.of(DEFINITIONS, PROFILES, EVALUATIONS, STATUS, EVENTS, HOSTS, CONSOLE, DEAD_LETTERS);
    }

    /** The topics of one host. */
    public static List<Topic> of(HostName host) {
        return List.of(specs(host), commands(host), console(host));
    }

    /** One host's specs by container; a null value means remove it from this host. */
    public static Topic specs(HostName host) {
        return new Topic(
                HOST_PREFIX + host + ".specs",
                "container",
                new Topic.Kept.Compacted(),
                false,
                ContainerSpec.class,
                "config-service");
    }

    /** One host's commands. */
    public static Topic commands(HostName host) {
        return new Topic(
                HOST_PREFIX + host + COMMANDS_SUFFIX,
                "container",
                new Topic.Kept.For(Duration.ofDays(7), UNBOUNDED),
                false,
                Command.class,
                "gateway, operators");
    }

    /** One host's console lines. */
    public static Topic console(HostName host) {
        return new Topic(
                "hatchery.console." + host,
                "container",
                new Topic.Kept.For(Duration.ofDays(1), CONSOLE_BYTES),
                false,
                byte[].class,
                "runners");
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
