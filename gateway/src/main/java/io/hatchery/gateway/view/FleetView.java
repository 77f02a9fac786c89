package io.hatchery.gateway.view;

import io.hatchery.gateway.access.AccessTokens;
import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.gateway.access.JoinTokens;
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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fleet as folded from the topics, at one state of the database, as far as a principal sees it. Has no clock. Used by the thread that
 * reads the database, while it reads.
 */
public final class FleetView {
    private static final String JSON_OF = " FROM containers AS c JOIN ";

    private final SqlSession session;
    private final FleetMemory memory;
    private final ProjectionLimits limits;
    private final ApiPrincipal principal;

    /** The whole fleet. */
    FleetView(SqlSession session, FleetMemory memory, ProjectionLimits limits) {
        this(session, memory, limits, ApiPrincipal.GATEWAY);
    }

    private FleetView(SqlSession session, FleetMemory memory, ProjectionLimits limits, ApiPrincipal principal) {
        this.limits = limits;
        this.session = session;
        this.memory = memory;
        this.principal = principal;
    }

    /** The same state as that principal sees it: what is not in its scope is not there. */
    public FleetView seenBy(ApiPrincipal other) {
        return new FleetView(session, memory, limits, other);
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
        return session.first(ContainerRow.FIND, ContainerRow::ofText, name.value())
                .filter(this::isInScope);
    }

    private boolean isInScope(ContainerRow row) {
        if (principal.scope().isAll()) {
            return true;
        }
        ContainerTraits traits = ContainerTraits.of(row);
        return traits != null && traits.isIn(principal.scope());
    }

    private boolean isInScope(ContainerName name) {
        return principal.scope().isAll() || row(name).isPresent();
    }

    /** The last published status of that container. */
    public Optional<ContainerStatus> status(ContainerName name) {
        return session.first(
                        "SELECT s.json" + JSON_OF + "statuses AS s ON s.id = c.id WHERE c.name = ?",
                        row -> status(row.getBytes(1)),
                        name.value())
                .filter(status -> isInScope(name));
    }

    private static ContainerStatus status(byte[] json) {
        return Objects.requireNonNull(OperationRow.read(json, ContainerStatus.class));
    }

    /** The evaluation of that container's definition. */
    public Optional<Evaluation> evaluation(ContainerName name) {
        return session.first(
                        "SELECT e.json" + JSON_OF + "evaluations AS e ON e.id = c.id WHERE c.name = ?",
                        row -> evaluation(row.getBytes(1)),
                        name.value())
                .filter(evaluation -> isInScope(name));
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
        var renderer = renderer(now);
        List<ContainerSearch.FoundAt> found = search(now)
                .find(query.with(q -> q.filter(scoped(query.filter())).limit(query.limit() + 1)));
        boolean isLast = found.size() <= query.limit();
        List<ContainerSearch.FoundAt> shown = isLast ? found : found.subList(0, query.limit());
        return new ContainerPage(
                shown.stream().map(each -> renderer.render(each.found())).toList(),
                isLast ? null : shown.getLast().place());
    }

    /** The number of containers by the phase that is shown. Takes about a second for a million containers that a filter does not narrow. */
    public Map<Phase, Integer> phases(FleetFilter filter, Instant now) {
        return search(now).phases(scoped(filter));
    }

    private FleetFilter scoped(FleetFilter filter) {
        return filter.withScope(principal.scope());
    }

    private ContainerRenderer renderer(Instant now) {
        return new ContainerRenderer(memory.hosts(), now, principal.isViewer());
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

    /** The names of the containers in the scope of the principal. */
    public Set<String> namesInScope() {
        return Set.copyOf(search(Instant.EPOCH).names(scoped(FleetFilter.ALL)));
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
                .filter(each -> isInScope(each.row()))
                .orElseGet(() -> new ContainerSearch.Found(ContainerRow.empty(0, name.value()), null, null));
        return renderer(now).render(found);
    }

    /** That operation, if it is pending, or ended within a day. */
    public Optional<Operation> operation(CommandId id) {
        return OperationRow.find(session, id)
                .map(OperationRow::operation)
                .or(() -> awaitedRemoval(id))
                .map(this::located)
                .filter(this::sees);
    }

    /** Whether the principal sees an operation: that of a container in scope, or one that it requested itself. */
    boolean sees(Operation operation) {
        return isInScope(operation.container()) || principal.name().equals(operation.requestedBy());
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
        return new OperationSearch(session, query, principal, most).findEndedSince(time);
    }

    /** The first operations of a query in the order of a list, each as {@link #operation} finds it; at most so many of each kind. */
    public List<Operation> operations(OperationQuery query, int most) {
        var found = new OperationSearch(session, query, principal, most);
        List<Operation> read = found.find().stream().map(this::located).toList();
        var all = new ArrayList<>(read);
        found.findAwaitedRemovals(FleetView::removal).stream()
                .filter(removal -> !EndedOperationIds.contains(session, removal.id()))
                .forEach(all::add);
        return all;
    }

    /** Every host that ever sent a heartbeat, by name. */
    public Collection<Heartbeat> hosts() {
        return hostsAfter(null);
    }

    /** The hosts with a later name; all for null. */
    public Collection<Heartbeat> hostsAfter(@Nullable HostName host) {
        Collection<Heartbeat> all = memory.hosts().after(host);
        return principal.scope().isAll()
                ? all
                : all.stream()
                        .filter(each -> principal.scope().hasHost(each.status().host()))
                        .toList();
    }

    /** That host, if it ever sent a heartbeat. */
    public Optional<Heartbeat> host(HostName name) {
        return Optional.ofNullable(memory.hosts().get(name))
                .filter(each -> principal.scope().hasHost(name));
    }

    /** That profile, if it is there. */
    public Optional<StoredProfile> profile(ProfileName name) {
        return Optional.ofNullable(memory.profiles().get(name));
    }

    /** Every profile by name. */
    public NavigableMap<ProfileName, StoredProfile> profiles() {
        return memory.profiles();
    }

    /** The tokens of the API, of which only an administrator without a scope may see anything. */
    public AccessTokens tokens() {
        return memory.tokens();
    }

    /** The join tokens of hosts. */
    public JoinTokens joinTokens() {
        return memory.tokens().joins();
    }

    /** A host as the API shows it. */
    public static HostStatus resource(Heartbeat heartbeat, Instant now) {
        HostStatus status = heartbeat.status();
        return status.state() == HostStatus.Availability.READY && !heartbeat.isAlive(now) ? status.asLost() : status;
    }
}
