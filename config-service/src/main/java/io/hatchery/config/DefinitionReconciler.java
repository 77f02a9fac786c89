package io.hatchery.config;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Message;
import io.hatchery.bus.Partitioning;
import io.hatchery.bus.TransactionalLoop;
import io.hatchery.bus.TransactionalLoop.ProcessingResult;
import io.hatchery.config.system.Systems;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.UnreadableException;
import io.hatchery.spec.option.DefinitionProblem;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Processes definitions: reads the views, plans, and publishes. The views change only after all records of a plan are known, so a
 * failure changes nothing.
 */
public final class DefinitionReconciler implements TransactionalLoop.RecordProcessor {
    private static final Duration CLEANUP_INTERVAL = Duration.ofHours(1);

    private final Clock clock;
    private final Systems systems;
    private final Rollbacks rollbacks;
    private final EvaluationMessages writing;
    private final SpecsAudit audit = new SpecsAudit();
    private final FleetViews views;
    private final FleetSnapshot fleet;
    private final PlanExecution plans;
    private final ContainerReview reviews;
    private Set<Integer> owned = Set.of();
    private int partitions = 1;
    private @Nullable Evaluation reviewed;
    private Instant nextCleanup = Instant.MIN;

    /**
     * Creates a reconciler with empty views.
     *
     * @param instance the name of this process among the config-services
     * @param newHost creates the topics of a host before they are written
     * @param systems evaluates and builds systems
     */
    public DefinitionReconciler(Clock clock, String instance, Consumer<HostName> newHost, Systems systems) {
        String source = FleetViews.SOURCES + instance;
        this.clock = clock;
        this.systems = systems;
        this.rollbacks = new Rollbacks(source);
        this.writing = new EvaluationMessages(clock, source);
        this.views = new FleetViews(clock, rollbacks, audit);
        this.fleet = new KnownFleet(views, systems, clock);
        this.plans = new PlanExecution(views, writing, systems, newHost);
        this.reviews = new ContainerReview(clock, views, fleet, plans, rollbacks, audit, writing);
    }

    @Override
    public void readAhead(List<BusRecord> records) {
        views.readAhead(records);
    }

    @Override
    public void view(BusRecord record) throws UnreadableException {
        views.view(record);
    }

    @Override
    public void misplaced(BusRecord record) {
        views.misplaced(record);
    }

    @Override
    public List<Message> refused(BusRecord record, String reason) {
        if (!record.topic().equals(Topics.HOSTS.name()) || !HostName.isValid(record.key())) {
            return List.of();
        }
        var host = new HostName(record.key());
        return views.hosts().refuse(host)
                ? List.of(writing.heartbeatRefused(host, reason, record.timestamp()))
                : List.of();
    }

    @Override
    public void own(Set<Integer> nowOwned, int of) {
        views.history().requireFits(of);
        if (owned.isEmpty()) {
            audit.forget();
        }
        owned = Set.copyOf(nowOwned);
        partitions = of;
        // Reviews everything that may have changed while no service was active; an unchanged evaluation changes
        // nothing.
        views.reviewAll();
    }

    @Override
    public Optional<List<Message>> review() {
        cleanUp();
        views.review(systems.news());
        reviewed = views.nextToReview(name -> owned.contains(partitionOf(name)));
        return Optional.ofNullable(reviewed).map(reviews::review);
    }

    @Override
    public List<Message> tooLarge(String excess) {
        Evaluation before = Objects.requireNonNull(reviewed, "nothing was reviewed");
        views.put(before);
        EvaluationPlan failed = EvaluationPlanner.tooLarge(before, excess);
        return failed.evaluation().equals(before) ? List.of() : plans.execute(failed, before, clock.instant());
    }

    private int partitionOf(ContainerName name) {
        return Partitioning.partitionOf(name.value().getBytes(StandardCharsets.UTF_8), partitions);
    }

    private void cleanUp() {
        Instant now = clock.instant();
        if (now.isBefore(nextCleanup)) {
            return;
        }
        nextCleanup = now.plus(CLEANUP_INTERVAL);
        views.review(views.containers().releasing());
        systems.keep(views.containers().systems());
    }

    @Override
    public ProcessingResult process(BusRecord record) {
        if (!ContainerName.isValid(record.key())) {
            return new ProcessingResult(
                    List.of(), "its key is not a container name: '" + DefinitionProblem.shorten(record.key()) + "'");
        }
        var name = new ContainerName(record.key());
        Evaluation before = views.evaluation(name);
        try {
            EvaluationPlan plan = plan(record, name, before);
            var messages = new ArrayList<Message>();
            if (record.isDeletion()) {
                messages.add(writing.deletion(record, plan));
            }
            messages.addAll(rollbacks.start(record, plan, clock.instant()));
            messages.addAll(0, plans.execute(plan, before, record.timestamp()));
            return new ProcessingResult(messages, null);
        } catch (UnreadableException e) {
            return new ProcessingResult(List.of(), String.valueOf(e.getMessage()));
        }
    }

    private EvaluationPlan plan(BusRecord record, ContainerName name, @Nullable Evaluation before)
            throws UnreadableException {
        Long expected = expected(record);
        if (record.isDeletion()) {
            return RemovalPlanner.requested(
                    RemovalPlanner.delete(name, before, record.offset(), expected, operation(record)),
                    record.header(Headers.PURGE).filter("true"::equals).isPresent(),
                    record.header(Headers.REQUESTED_BY).orElse(null),
                    clock.instant());
        }
        ContainerDefinition definition = record.value(ContainerDefinition.class);
        return EvaluationPlanner.within(
                Evaluation.MAX_BYTES,
                EvaluationPlanner.define(name, before, definition, record.offset(), expected, views.evaluator(), fleet),
                before);
    }

    private static CommandId operation(BusRecord deletion) throws UnreadableException {
        try {
            return new CommandId(deletion.id());
        } catch (IllegalArgumentException e) {
            throw new UnreadableException("header " + Headers.ID + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable Long expected(BusRecord record) throws UnreadableException {
        String text = record.header(Headers.IF_MATCH).orElse(null);
        try {
            return text == null ? null : Long.valueOf(text);
        } catch (NumberFormatException e) {
            throw new UnreadableException(
                    "header " + Headers.IF_MATCH + " is '" + DefinitionProblem.shorten(text)
                            + "': write a revision, or leave the header out",
                    e);
        }
    }
}
