package io.hatchery.gateway.view;

import io.hatchery.gateway.store.PositionTable;
import io.hatchery.gateway.store.SqlSession;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.Phase;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The fleet as folded from the topics, at one state of the database. Has no clock. Used by the thread that reads the database, while it
 * reads.
 */
public final class FleetView {
    private static final String JSON_OF = " FROM containers AS c JOIN ";

    private final SqlSession session;
    private final FleetMemory memory;
    private final ProjectionLimits limits;

    FleetView(SqlSession session, FleetMemory memory, ProjectionLimits limits) {
        this.limits = limits;
        this.session = session;
        this.memory = memory;
    }

    /** The next offsets of topics by partition: the state has all before them. */
    public Map<String, Map<Integer, Long>> positions(List<String> topics) {
        return PositionTable.of(session, topics);
    }

    /** The output of evaluations and builds. */
    public BuildLogs buildLogs() {
        return memory.buildLogs();
    }

    private Optional<ContainerRow> row(ContainerName name) {
        return session.first(ContainerRow.FIND, ContainerRow::ofText, name.value());
    }

    /** The last published status of that container. */
    public Optional<ContainerStatus> status(ContainerName name) {
        return session.first(
                "SELECT s.json" + JSON_OF + "statuses AS s ON s.id = c.id WHERE c.name = ?",
                row -> status(row.getBytes(1)),
                name.value());
    }

    private static ContainerStatus status(byte[] json) {
        return Objects.requireNonNull(OperationRow.read(json, ContainerStatus.class));
    }

    /** The evaluation of that container's definition. */
    public Optional<Evaluation> evaluation(ContainerName name) {
        return session.first(
                "SELECT e.json" + JSON_OF + "evaluations AS e ON e.id = c.id WHERE c.name = ?",
                row -> evaluation(row.getBytes(1)),
                name.value());
    }

    private static Evaluation evaluation(byte[] json) {
        return Objects.requireNonNull(OperationRow.read(json, Evaluation.class));
    }

    /** The generation of the spec that a container runs from; null if it does not run, or this is not known. */
    public @Nullable Generation running(ContainerName name) {
        return status(name)
                .filter(status -> status.leader() != null)
                .map(ContainerStatus::generation)
                .orElse(null);
    }

    /** Whether the container's status is as new as the events about it. */
    public boolean isSettled(ContainerName name) {
        return row(name).map(ContainerRow::isSettled).orElse(true);
    }

    /** Whether the fleet has such a container: it is defined, or its host still has it. */
    public boolean isThere(ContainerName name) {
        return row(name).filter(ContainerRow::isThere).isPresent();
    }

    /** A page of a list of containers. */
    public ContainerPage containers(ContainerQuery query, Instant now) {
        var renderer = new ContainerRenderer(memory.hosts(), now);
        List<ContainerSearch.FoundAt> found = search(now).find(query.withLimit(query.limit() + 1));
        boolean isLast = found.size() <= query.limit();
        List<ContainerSearch.FoundAt> shown = isLast ? found : found.subList(0, query.limit());
        return new ContainerPage(
                shown.stream().map(each -> renderer.render(each.found())).toList(),
                isLast ? null : shown.getLast().place());
    }

    /** The number of containers by the phase that is shown. Takes about a second for a million containers that a filter does not narrow. */
    public Map<Phase, Integer> phases(FleetFilter filter, Instant now) {
        return search(now).phases(filter);
    }

    private ContainerSearch search(Instant now) {
        return new ContainerSearch(session, memory, now, limits.countedLabels());
    }

    /** The names of all containers, in order. For tests and small fleets. */
    public List<ContainerName> containers() {
        return session.list(
                "SELECT name FROM containers WHERE is_there = 1 ORDER BY name",
                row -> new ContainerName(row.getString(1)));
    }

    /** Where that container is or belongs; empty if nowhere. */
    public Optional<HostName> hostOf(ContainerName name) {
        return row(name).map(ContainerRow::host).map(HostName::new);
    }

    /** What filters look at; empty if the fleet does not have the container. */
    public Optional<ContainerTraits> traits(ContainerName name) {
        return row(name).map(ContainerTraits::of);
    }

    /** The phase to show for that container: unknown if its host is lost. */
    public Phase phase(ContainerName name, Instant now) {
        return row(name).map(row -> phase(row, now)).orElse(Phase.ABSENT);
    }

    private Phase phase(ContainerRow row, Instant now) {
        String holder = row.holder();
        return holder != null && memory.hosts().isLost(holder, now) ? Phase.UNKNOWN : row.phase();
    }

    /** The number of containers by the phase that is shown. */
    public Map<Phase, Integer> phases(Instant now) {
        return memory.shownPhases(now);
    }

    /** A container as the API shows it; absent if the fleet has none of that name. */
    public RenderedContainer container(ContainerName name, Instant now) {
        var found = session.first(
                        "SELECT " + ContainerSearch.COLUMNS + " FROM containers AS c" + ContainerSearch.JOINS
                                + " WHERE c.name = ?",
                        ContainerSearch.Found::of,
                        name.value())
                .orElseGet(() -> new ContainerSearch.Found(ContainerRow.empty(0, name.value()), null, null));
        return new ContainerRenderer(memory.hosts(), now).render(found);
    }

    /** That operation, if it is pending, or ended within a day. */
    public Optional<Operation> operation(CommandId id) {
        return OperationRow.find(session, id)
                .map(OperationRow::operation)
                .or(() -> awaitedRemoval(id))
                .map(this::located);
    }

    /** Whether it has ended, also if that was so long ago that it is not shown any more. */
    public boolean hasEnded(CommandId id) {
        return OperationRow.find(session, id).filter(OperationRow::isEnded).isPresent()
                || EndedOperationIds.contains(session, id);
    }

    /** Whether the record that requested it has been read, and it has no outcome. */
    boolean isRequested(CommandId id) {
        return OperationRow.find(session, id)
                .filter(row -> !row.isEnded() && row.submission() != null)
                .isPresent();
    }

    /** An operation at the host that has its container now, if it is pending and names none. */
    Operation located(Operation operation) {
        return operation.isPending() && operation.host() == null
                ? row(operation.container())
                        .map(ContainerRow::holder)
                        .map(holder -> operation.on(new HostName(holder)))
                        .orElse(operation)
                : operation;
    }

    /** A deletion whose own record has expired may be pending still: its evaluation waits for the host. */
    private Optional<Operation> awaitedRemoval(CommandId id) {
        return EndedOperationIds.contains(session, id)
                ? Optional.empty()
                : session.first(
                        "SELECT operation, container, host, appended FROM removals WHERE operation = ?",
                        FleetView::removal,
                        id.value());
    }

    private static Operation removal(ResultSet row) throws SQLException {
        return Operation.removal(
                new CommandId(row.getString(1)),
                new ContainerName(row.getString(2)),
                new HostName(row.getString(3)),
                null,
                Instant.ofEpochMilli(row.getLong(4)));
    }

    /**
     * The operations that ended at that time or later, the last ones first.
     *
     * @param query of which the container and the host count
     */
    public List<Operation> operationsEndedSince(Instant time, OperationQuery query, int most) {
        return session.list(
                "SELECT " + OperationRow.columns() + " FROM operations WHERE is_ended = 1 AND ended_appended >= ?1"
                        + " AND (?2 IS NULL OR container = ?2) AND (?3 IS NULL OR host = ?3)"
                        + " ORDER BY ended_appended DESC LIMIT ?4",
                row -> OperationRow.of(row).operation(),
                time.toEpochMilli(),
                query.container() == null ? null : query.container().value(),
                query.host() == null ? null : query.host().value(),
                most);
    }

    /** The first operations of a query in the order of a list, each as {@link #operation} finds it; at most so many of each kind. */
    public List<Operation> operations(OperationQuery query, int most) {
        var found = new OperationSearch(session, query, most);
        List<Operation> read = found.find().stream().map(this::located).toList();
        var all = new ArrayList<>(read);
        found.findAwaitedRemovals(FleetView::removal).stream()
                .filter(removal -> !EndedOperationIds.contains(session, removal.id()))
                .forEach(all::add);
        return all;
    }

    /** Every host that ever sent a heartbeat, by name. */
    public Collection<Heartbeat> hosts() {
        return memory.hosts().all();
    }

    /** The hosts with a later name; all for null. */
    public Collection<Heartbeat> hostsAfter(@Nullable HostName host) {
        return memory.hosts().after(host);
    }

    /** That host, if it ever sent a heartbeat. */
    public Optional<Heartbeat> host(HostName name) {
        return Optional.ofNullable(memory.hosts().get(name));
    }

    /** That profile, if it is there. */
    public Optional<StoredProfile> profile(ProfileName name) {
        return Optional.ofNullable(memory.profiles().get(name));
    }

    /** Every profile by name. */
    public NavigableMap<ProfileName, StoredProfile> profiles() {
        return memory.profiles();
    }

    /** A host as the API shows it. */
    public static HostStatus resource(Heartbeat heartbeat, Instant now) {
        HostStatus status = heartbeat.status();
        return status.state() == HostStatus.Availability.READY && !heartbeat.isAlive(now) ? status.asLost() : status;
    }
}
