package io.hatchery.gateway.view;

import io.hatchery.bus.BusRecord;
import io.hatchery.gateway.access.AccessTokens;
import io.hatchery.gateway.access.JoinTokens;
import io.hatchery.gateway.store.FleetDatabase;
import io.hatchery.gateway.store.SqlSession;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.UnreadableException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Folds the fleet's topics into the database. One thread folds; any thread reads. Has no clock and no Kafka client.
 */
public final class FleetProjection {
    /** How many hosts are taken in; further ones are refused, since each costs memory and a topic that is followed. */
    public static final int MAX_HOSTS = 10_000;

    private static final String SYSTEMS = "systems.";

    private final FleetDatabase database;
    private final FleetMemory memory = FleetMemory.empty();
    private final ContainerTable containers = new ContainerTable(memory.phases());
    private final ProjectionLimits limits;
    private final OperationTable operations;

    /** Continues from what the database holds. */
    public FleetProjection(FleetDatabase database) {
        this(database, ProjectionLimits.DEFAULT);
    }

    /** Continues from what the database holds, with other bounds. */
    FleetProjection(FleetDatabase database, ProjectionLimits limits) {
        this.database = database;
        this.limits = limits;
        this.operations = new OperationTable(limits.ended());
        open();
    }

    private void open() {
        database.update(session -> {
            containers.open(session, FleetDatabase.isIndexed(session));
            operations.open(session);
            memory.hosts().clear();
            memory.profiles().clear();
            memory.tokens().clear();
            memory.systems().clear();
            session.list(
                            "SELECT name, json, appended FROM hosts",
                            row -> new Heartbeat(
                                    Objects.requireNonNull(OperationRow.read(row.getBytes(2), HostStatus.class)),
                                    Instant.ofEpochMilli(row.getLong(3))))
                    .forEach(heartbeat -> memory.hosts().put(heartbeat.status().host(), heartbeat));
            for (FleetEvent.Source source : FleetEvent.Source.values()) {
                memory.systems()
                        .put(
                                source,
                                session.number("SELECT value FROM counters WHERE name = ?", SYSTEMS + source.word()));
            }
        });
    }

    /** Forgets everything: the topics are folded from their start. */
    public void clear() {
        database.clear();
        open();
    }

    /** Creates the indexes of queries, once the topics have been read to their end for the first time. */
    public void index() {
        database.update(session -> {
            if (!FleetDatabase.isIndexed(session)) {
                FleetDatabase.index(session);
            }
            containers.indexed();
        });
    }

    /**
     * Folds a record within a transaction.
     *
     * @param read the content of the record
     * @throws UnreadableException if there are too many of its kind
     */
    public AppliedRecord apply(SqlSession session, BusRecord record, FleetRecord read) throws UnreadableException {
        StreamChange change = read.change().orElse(null);
        switch (read) {
            case FleetRecord.Status(ContainerName name, HostName by, var status) -> {
                RowChange rows = containers.status(session, name, status, record.bytes());
                String last = rows.before().statusHost();
                return new AppliedRecord(
                        by == null && last != null
                                ? new StreamChange.StatusChange(name, new HostName(last), status)
                                : change,
                        rows,
                        null);
            }
            case FleetRecord.EventRecord event -> {
                return new AppliedRecord(change, null, event(session, event));
            }
            case FleetRecord.Host(HostName name, Heartbeat heartbeat) -> {
                return new AppliedRecord(host(session, name, heartbeat, record.bytes()) ? change : null, null, null);
            }
            case FleetRecord.EvaluationRecord(ContainerName name, var evaluation, Instant appended) -> {
                return new AppliedRecord(
                        change, containers.evaluation(session, name, evaluation, record.bytes(), appended), null);
            }
            case FleetRecord.ProfileRecord(var name, var definition, long revision) -> {
                if (definition == null) {
                    memory.profiles().remove(name);
                } else {
                    memory.profiles().put(name, new StoredProfile(definition, revision));
                }
            }
            case FleetRecord.TokenRecord(var name, var token, long offset) -> {
                if (!memory.tokens().put(name, token, offset)) {
                    throw new UnreadableException(
                            "there are " + AccessTokens.MAX_TOKENS + " tokens already: revoke some");
                }
            }
            case FleetRecord.JoinRecord(var host, var token, long offset) -> {
                if (!memory.tokens().joins().put(host, token, offset)) {
                    throw new UnreadableException("there are " + JoinTokens.MAX_TOKENS
                            + " join tokens already: remove hosts that are no more, with hatchery host remove HOST");
                }
            }
            case FleetRecord.OtherAccess o -> {}
            case FleetRecord.Console console -> memory.buildLogs().add(console.lines());
            case FleetRecord.Commanded c -> {
                operations.submit(
                        session, Operation.pending(c.id(), c.command(), c.host(), c.appended()), c.position());
                return new AppliedRecord(change, null, c.id());
            }
            case FleetRecord.Deleted d -> {
                operations.submit(
                        session,
                        Operation.removal(d.id(), d.container(), null, d.requestedBy(), d.appended()),
                        d.position());
                return new AppliedRecord(change, null, d.id());
            }
            case FleetRecord.DeadLetterRecord letter -> {
                return new AppliedRecord(change, null, deadLetter(session, letter));
            }
            case FleetRecord.DefinitionRecord d -> {}
        }
        return new AppliedRecord(change, null, null);
    }

    /**
     * What clients of the stream receive of a record that was applied.
     *
     * @param now by which hosts are lost
     */
    public List<ScopedChange> changes(SqlSession session, FleetRecord read, AppliedRecord applied, Instant now) {
        return new ScopedChanges(view(session), now).of(read, applied);
    }

    /** Forgets what has expired by that time. */
    public void advance(Instant now) {
        database.update(session -> {
            operations.advance(session, now);
            ContainerTable.expire(session, now);
        });
        var gone = new ArrayList<ContainerName>();
        database.read(session -> {
            FleetView view = view(session);
            memory.buildLogs().containers().stream()
                    .filter(name -> !view.isThere(name))
                    .forEach(gone::add);
            return true;
        });
        gone.forEach(memory.buildLogs()::remove);
    }

    private @Nullable CommandId deadLetter(SqlSession session, FleetRecord.DeadLetterRecord letter) {
        memory.deadLetters().add(letter);
        String topic = DeadLetterCounts.topicOf(letter.origin());
        return topic.equals(Topics.DEFINITIONS.name())
                        || Topics.hostOfCommands(topic).isPresent()
                ? operations.refuse(session, letter.origin(), letter.reason(), letter.appended())
                : null;
    }

    /** Returns the operation that the event is about; null if it is about none. */
    private @Nullable CommandId event(SqlSession session, FleetRecord.EventRecord read) {
        switch (read.event()) {
            case FleetEvent.Accepted accepted -> {
                operations.accept(session, accepted, read.appended());
                return accepted.id();
            }
            case FleetEvent.Ended ended -> {
                operations.end(session, ended, read.appended());
                return ended.id();
            }
            case FleetEvent.PhaseChanged t -> containers.transition(session, t, read.appended());
            case FleetEvent.EvaluationChanged e -> {}
            case FleetEvent.SystemBuilt built -> {
                memory.systems().merge(built.source(), 1L, Long::sum);
                session.update(
                        "INSERT INTO counters (name, value) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1",
                        SYSTEMS + built.source().word());
            }
            case FleetEvent.Fetching f -> {}
            case FleetEvent.HeartbeatRefused r -> {}
        }
        return null;
    }

    /** Whether clients see a change: the time of a heartbeat and how far its runner has read are none. */
    private boolean host(SqlSession session, HostName name, @Nullable Heartbeat heartbeat, byte[] json)
            throws UnreadableException {
        if (heartbeat == null) {
            memory.hosts().remove(name);
            session.update("DELETE FROM hosts WHERE name = ?", name.value());
            return true;
        }
        Heartbeat before = memory.hosts().get(name);
        if (before == null && memory.hosts().size() >= MAX_HOSTS) {
            throw new UnreadableException("there are " + MAX_HOSTS
                    + " hosts already: remove those that are no more, with hatchery host remove HOST");
        }
        memory.hosts().put(name, heartbeat);
        session.update(
                "INSERT OR REPLACE INTO hosts (name, json, appended) VALUES (?, ?, ?)",
                name.value(),
                json,
                heartbeat.appended().toEpochMilli());
        return before == null
                || !before.isAlive(heartbeat.appended())
                || !facts(before.status()).equals(facts(heartbeat.status()));
    }

    private static HostStatus facts(HostStatus status) {
        return status.with(facts -> facts.at(Instant.EPOCH).specs(null));
    }

    /** The fleet at the state that a session reads. */
    public FleetView view(SqlSession session) {
        return new FleetView(session, memory, limits);
    }

    /** Reads the fleet at the last commit. Blocks for a moment; not for an event loop. */
    public <T> T read(Function<FleetView, T> query) {
        return database.read(session -> query.apply(view(session)));
    }

    /** The tokens of the API. Any thread may ask. */
    public AccessTokens tokens() {
        return memory.tokens();
    }

    /** Operations by state. */
    public OperationTable operations() {
        return operations;
    }

    /** The hosts that sent a heartbeat. Any thread may ask. */
    public List<Heartbeat> hosts() {
        return List.copyOf(memory.hosts().all());
    }

    /** The hosts that containers are on, or belong to. Any thread may ask. */
    public List<HostName> holders() {
        return memory.phases().holders(Phase.values()).stream()
                .map(HostName::new)
                .toList();
    }

    /** The number of containers by the phase that is shown. Any thread may ask. */
    public Map<Phase, Integer> phases(Instant now) {
        return memory.shownPhases(now);
    }

    /** How many systems came from that source, as far back as events are kept. Any thread may ask. */
    public long systems(FleetEvent.Source source) {
        return memory.systems().getOrDefault(source, 0L);
    }

    /** How often each service refused records of each topic. Any thread may ask. */
    public DeadLetterCounts deadLetters() {
        return memory.deadLetters();
    }

    /** The database. */
    public FleetDatabase database() {
        return database;
    }
}
