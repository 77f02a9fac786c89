package io.hatchery.gateway.view;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Position;
import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.ConsoleLines;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.token.AccessToken;
import io.hatchery.protocol.token.JoinToken;
import io.hatchery.protocol.token.TokenName;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.json.UnreadableException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A record of the fleet's topics, read completely before any of it is folded, so that a bad one changes nothing. */
public sealed interface FleetRecord {
    /** A container's status; null once it is gone. */
    record Status(
            ContainerName container,
            @Nullable HostName host,
            @Nullable ContainerStatus status) implements FleetRecord {}

    /** An event, its id and when the broker appended it. */
    record EventRecord(FleetEvent event, String id, Instant appended) implements FleetRecord {}

    /** A heartbeat; null once the host is deleted. */
    record Host(HostName host, @Nullable Heartbeat heartbeat) implements FleetRecord {}

    /** An evaluation and when the broker appended it; null once it is deleted. */
    record EvaluationRecord(
            ContainerName container, @Nullable Evaluation evaluation, Instant appended) implements FleetRecord {}

    /** A profile and its revision; null once it is deleted. */
    record ProfileRecord(ProfileName profile, @Nullable ContainerDefinition definition, long revision)
            implements FleetRecord {}

    /** A token of the API, and the offset of its record; null once it is revoked. */
    record TokenRecord(TokenName name, @Nullable AccessToken token, long offset) implements FleetRecord {}

    /** The join token of a host, and the offset of its record; null once it is deleted. */
    record JoinRecord(HostName host, @Nullable JoinToken token, long offset) implements FleetRecord {}

    /** A record of access that is of no interest to this version. */
    record OtherAccess() implements FleetRecord {}

    /** The output of a build. */
    record Console(ConsoleLines lines) implements FleetRecord {}

    /** A command. */
    record Commanded(CommandId id, Command command, HostName host, Instant appended, Position position)
            implements FleetRecord {}

    /** A deletion of a definition, which is an operation. */
    record Deleted(
            CommandId id, ContainerName container, @Nullable String requestedBy, Instant appended, Position position)
            implements FleetRecord {}

    /** A record that some service refused. */
    record DeadLetterRecord(String origin, String reader, String reason, Instant appended) implements FleetRecord {}

    /** A definition, which is of no interest here: its evaluation is. */
    record DefinitionRecord() implements FleetRecord {}

    /**
     * Reads a record.
     *
     * @throws UnreadableException if it is not what its topic holds
     */
    static FleetRecord read(BusRecord record) throws UnreadableException {
        String topic = record.topic();
        try {
            if (topic.equals(Topics.STATUS.name())) {
                return status(record);
            }
            if (topic.equals(Topics.EVENTS.name())) {
                FleetEvent event = record.value(FleetEvent.class);
                record.requireSignedFor(event.host());
                return new EventRecord(event, record.id(), record.timestamp());
            }
            if (topic.equals(Topics.HOSTS.name())) {
                return host(record);
            }
            if (topic.equals(Topics.EVALUATIONS.name())) {
                return evaluated(record);
            }
            if (topic.equals(Topics.PROFILES.name())) {
                ContainerDefinition definition = record.isDeletion() ? null : record.value(ContainerDefinition.class);
                return new ProfileRecord(new ProfileName(record.key()), definition, record.offset());
            }
            if (topic.equals(Topics.ACCESS.name())) {
                return access(record);
            }
            if (topic.equals(Topics.CONSOLE.name())) {
                return new Console(record.value(ConsoleLines.class));
            }
            if (topic.equals(Topics.DEFINITIONS.name())) {
                return definition(record);
            }
            if (topic.equals(Topics.DEAD_LETTERS.name())) {
                return new DeadLetterRecord(
                        record.header(Headers.ORIGIN).orElse(""),
                        record.header(Headers.READER).orElse(""),
                        record.header(Headers.REASON).orElse(""),
                        record.timestamp());
            }
            return command(record);
        } catch (IllegalArgumentException e) {
            throw new UnreadableException(String.valueOf(e.getMessage()), e);
        }
    }

    private static FleetRecord access(BusRecord record) throws UnreadableException {
        HostName joining = JoinToken.hostOf(record.key()).orElse(null);
        if (joining != null) {
            JoinToken token = record.isDeletion() ? null : record.value(JoinToken.class);
            if (token != null) {
                requireKey(record, JoinToken.key(token.host()));
            }
            return new JoinRecord(joining, token, record.offset());
        }
        TokenName name = AccessToken.nameOf(record.key()).orElse(null);
        if (name == null) {
            return new OtherAccess();
        }
        AccessToken token = record.isDeletion() ? null : record.value(AccessToken.class);
        if (token != null) {
            requireKey(record, AccessToken.key(token.name()));
        }
        return new TokenRecord(name, token, record.offset());
    }

    private static Status status(BusRecord record) throws UnreadableException {
        var name = new ContainerName(record.key());
        if (record.isDeletion()) {
            HostName source =
                    record.header(Headers.SOURCE).flatMap(FleetRecord::hostOf).orElse(null);
            record.requireSignedFor(source);
            return new Status(name, source, null);
        }
        ContainerStatus status = record.value(ContainerStatus.class);
        record.requireSignedFor(status.host());
        requireKey(record, status.container().value());
        return new Status(name, status.host(), status);
    }

    /** The host of the runner that wrote a record, by its {@code ce_source}. */
    private static Optional<HostName> hostOf(String source) {
        String host = source.startsWith("/runner/") ? source.substring("/runner/".length()) : "";
        return HostName.isValid(host) ? Optional.of(new HostName(host)) : Optional.empty();
    }

    private static Host host(BusRecord record) throws UnreadableException {
        var name = new HostName(record.key());
        if (record.isDeletion()) {
            record.requireSignedFor(null);
            return new Host(name, null);
        }
        record.requireSignedFor(name);
        HostStatus status = record.value(HostStatus.class);
        Optional<String> refusal = Heartbeat.refusal(name, status, record.timestamp());
        if (refusal.isPresent()) {
            throw new UnreadableException(refusal.get());
        }
        return new Host(name, new Heartbeat(status, record.timestamp()));
    }

    private static EvaluationRecord evaluated(BusRecord record) throws UnreadableException {
        var name = new ContainerName(record.key());
        if (record.isDeletion()) {
            return new EvaluationRecord(name, null, record.timestamp());
        }
        Evaluation evaluation = record.value(Evaluation.class);
        requireKey(record, evaluation.container().value());
        return new EvaluationRecord(name, evaluation, record.timestamp());
    }

    private static void requireKey(BusRecord record, String named) throws UnreadableException {
        if (!record.key().equals(named)) {
            throw new UnreadableException("its key is '" + record.key() + "' and its value is of '" + named
                    + "': write it with the key that the value names");
        }
    }

    private static FleetRecord definition(BusRecord record) {
        return record.isDeletion()
                ? new Deleted(
                        new CommandId(record.id()),
                        new ContainerName(record.key()),
                        record.header(Headers.REQUESTED_BY).orElse(null),
                        record.timestamp(),
                        record.position())
                : new DefinitionRecord();
    }

    private static Commanded command(BusRecord record) throws UnreadableException {
        HostName host = Topics.hostOfCommands(record.topic())
                .orElseThrow(() -> new UnreadableException("no records of topic " + record.topic() + " are read"));
        return new Commanded(
                new CommandId(record.id()),
                record.strictValue(Command.class),
                host,
                record.timestamp(),
                record.position());
    }

    /** What clients of the stream receive of this record; empty if nothing. */
    default Optional<StreamChange> change() {
        return switch (this) {
            case Status s -> Optional.of(new StreamChange.StatusChange(s.container, s.host, s.status));
            case EventRecord e -> Optional.of(new StreamChange.EventChange(e.id, e.event));
            case Host h ->
                Optional.of(new StreamChange.HostChange(h.host, h.heartbeat == null ? null : h.heartbeat.status()));
            case EvaluationRecord e -> Optional.empty();
            case ProfileRecord p -> Optional.empty();
            case TokenRecord t -> Optional.empty();
            case JoinRecord j -> Optional.empty();
            case OtherAccess o -> Optional.empty();
            case Console c -> Optional.empty();
            case Commanded c -> Optional.empty();
            case Deleted d -> Optional.empty();
            case DeadLetterRecord d -> Optional.empty();
            case DefinitionRecord d -> Optional.empty();
        };
    }
}
