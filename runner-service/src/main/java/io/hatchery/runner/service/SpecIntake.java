package io.hatchery.runner.service;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.PartitionExtent;
import io.hatchery.bus.Publisher;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.HostSpecs;
import io.hatchery.runner.journal.Positions;
import io.hatchery.runner.journal.SpecCache;
import io.hatchery.runner.journal.SpecCacheOpenRemovalBuilder;
import io.hatchery.runner.journal.SpecsPosition;
import io.hatchery.runner.journal.SpecsPosition.UnconfirmedRemoval;
import io.hatchery.runner.journal.TopicPosition;
import io.hatchery.runner.lifecycle.ContainerState;
import io.hatchery.runner.lifecycle.Input;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.json.UnreadableException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the host's specs. Until the topic is read to its end, only the last record of each container counts, since earlier ones are
 * outdated. A container that the topic does not name stays as it is: only a removal removes.
 */
final class SpecIntake {
    private static final Logger LOG = LoggerFactory.getLogger(SpecIntake.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** Maximum of dead letters that wait for the broker. */
    private static final int MAX_DEAD_LETTERS = 1_000;

    /** On a host without a position: shorter than the ledger's window, so that no pruned outcome is published again. */
    private static final Duration OUTCOMES_REMEMBERED = Duration.ofDays(7);

    private final ContainerControllers controllers;
    private final SpecCache cache;
    private final Positions positions;
    private final Publisher publisher;
    private final String reader;
    private final Handler<Throwable> onFailure;
    private final PositionWriter writer;
    private final Map<String, BusRecord> history = new LinkedHashMap<>();
    private final List<BusRecord> superseded = new ArrayList<>();
    private final Deque<SpecHandling> steps = new ArrayDeque<>();
    private SpecsProgress progress = SpecsProgress.NONE;
    private boolean live;
    private boolean waiting;
    private int deadLettersUnderWay;

    /** A change that is on disk before the next one begins. */
    private interface Action {
        void run() throws IOException, UnreadableException;
    }

    /**
     * A change to apply.
     *
     * @param cause the record that causes it; null if none does
     * @param handling the progress in the record's topic
     */
    private record SpecHandling(Action action, @Nullable BusRecord cause, SpecsProgress handling) {}

    /**
     * @param reader name of this runner on dead letters
     * @param onFailure is called when an unreadable record cannot be sent to the dead letters
     */
    SpecIntake(
            ContainerControllers controllers,
            SpecCache cache,
            Positions positions,
            Publisher publisher,
            String reader,
            Handler<Throwable> onFailure) {
        this.controllers = controllers;
        this.cache = cache;
        this.positions = positions;
        this.publisher = publisher;
        this.reader = reader;
        this.onFailure = onFailure;
        this.writer = new PositionWriter(controllers::later, this::write);
    }

    private void write() throws IOException {
        positions.keep(progress.position());
    }

    /** Applies the specs and removals on disk, for a host that boots without a broker. */
    void applyCached() throws IOException {
        List<ContainerSpec> kept = cache.specs();
        for (SpecCache.OpenRemoval removal : cache.removals()) {
            if (!controllers.hasEnded(removal.id())) {
                remove(removal);
            } else if (kept.stream().anyMatch(spec -> spec.name().equals(removal.container()))) {
                cache.endRemoval(removal.container()); // its status is that of a later definition
            } else {
                controllers.publishTombstone(removal.container(), removal.id());
            }
        }
        kept.forEach(spec -> controllers.post(spec.name(), new Input.SpecArrived(spec)));
    }

    /** Begins to read a topic of that extent from its start. */
    void beginReading(PartitionExtent extent) {
        flush();
        history.clear();
        superseded.clear();
        live = false;
        SpecsPosition kept = positions.specs().orElse(null);
        if (kept != null && !kept.topic().liesIn(extent)) {
            LOG.error(
                    "the specs of this host were created anew or truncated: they were read up to {}, and are {} now."
                            + " Containers that they do not name run on",
                    kept.topic(),
                    extent);
        }
        progress = SpecsProgress.of(kept, extent);
    }

    void take(BusRecord record) {
        if (live) {
            SpecsProgress handling = progress;
            enqueue(() -> apply(record, handling), record, handling);
            enqueue(
                    () -> {
                        handling.pass(record);
                        Future<Void> _ = writer.changed();
                    },
                    null,
                    handling);
        } else {
            progress.see(record);
            BusRecord before = history.put(record.key(), record);
            if (before != null && before.isDeletion() && !progress.wasHandled(before)) {
                superseded.add(before);
            }
        }
    }

    /**
     * The topic is read to its end: applies the last record of each container.
     *
     * @return completes when all are applied
     */
    Future<Void> caughtUp() {
        live = true;
        SpecsProgress handling = progress;
        for (ContainerState state : controllers.states()) {
            if (state.spec() != null
                    && !history.containsKey(state.container().value())
                    && handling.isUnnamed(state.container())) {
                LOG.warn(
                        "no spec names container {}: it stays as it is until its definition is deleted",
                        state.container());
            }
        }
        handling.unseen().forEach(removal -> enqueue(() -> supersede(removal, handling), null, handling));
        superseded.stream()
                .filter(record -> handling.isContinued() || isRemembered(record))
                .filter(record -> !isRepeatedBy(record, history.get(record.key())))
                .forEach(record -> enqueue(() -> supersede(open(record), handling), record, handling));
        superseded.clear();
        var last = new ArrayList<>(history.values());
        last.sort(Comparator.comparingLong(BusRecord::offset));
        history.clear();
        last.forEach(record -> enqueue(() -> apply(record, handling), record, handling));
        Promise<Void> done = Promise.promise();
        enqueue(
                () -> {
                    handling.passSeen();
                    positions.keep(handling.position());
                    done.complete();
                },
                null,
                handling);
        return done.future();
    }

    /** A pending removal is written again from time to time, which does not supersede it. */
    private static boolean isRepeatedBy(BusRecord removal, @Nullable BusRecord last) {
        return last != null
                && last.isDeletion()
                && removal.header(Headers.OPERATION).isPresent()
                && removal.header(Headers.OPERATION).equals(last.header(Headers.OPERATION));
    }

    private boolean isRemembered(BusRecord record) {
        return record.timestamp()
                .plus(OUTCOMES_REMEMBERED)
                .isAfter(controllers.clock().instant());
    }

    /** Whether an earlier runner without a position most likely carried out the removal. */
    private boolean isOutdated(BusRecord record, ContainerName container) throws IOException {
        return !isRemembered(record) && !controllers.has(container) && cache.generationOf(container) == null;
    }

    private void enqueue(Action action, @Nullable BusRecord cause, SpecsProgress handling) {
        steps.add(new SpecHandling(action, cause, handling));
        if (!waiting) {
            drain();
        }
    }

    /** Applies changes in order: one that cannot be written yet delays the later ones. */
    private void drain() {
        waiting = true;
        for (SpecHandling step = steps.peek(); step != null; step = steps.peek()) {
            if (!controllers.ownership().isCertain()) {
                controllers.ownership().whenCertain(this::drain);
                return;
            }
            try {
                step.action.run();
            } catch (IOException e) {
                LOG.error("specs wait: they cannot be written to disk, and are tried again", e);
                Runnable _ = controllers.later(RETRY, this::drain);
                return;
            } catch (UnreadableException | RuntimeException e) {
                refuse(step, e);
            }
            steps.remove();
        }
        waiting = false;
    }

    /** No record stops the runner, not even one of a newer config-service that it cannot read. */
    private void refuse(SpecHandling step, Exception e) {
        BusRecord record = step.cause;
        if (record == null) {
            LOG.error("specs continue after an unexpected error", e);
            return;
        }
        LOG.error(
                "spec {} cannot be handled, the last one stays in force",
                record.position().text(),
                e);
        if (step.handling.wasHandled(record)) {
            return; // it was sent to the dead letters when it was first read
        }
        if (deadLettersUnderWay >= MAX_DEAD_LETTERS) {
            LOG.error(
                    "spec {} is not sent to the dead letters, since {} wait for the broker",
                    record.position().text(),
                    deadLettersUnderWay);
            return;
        }
        deadLettersUnderWay++;
        step.handling.open(record);
        publisher
                .sendToDeadLetter(record, reader, CommandIntake.reason(e))
                .onComplete(done -> deadLettersUnderWay--)
                .onSuccess(sent -> closed(record.offset(), step.handling))
                .onFailure(onFailure);
    }

    /** Supersedes a removal that a later spec overtook, unless the ledger has its outcome. */
    private void supersede(UnconfirmedRemoval removal, SpecsProgress handling) {
        var input = new Input.RemovalSuperseded(removal.operation(), removal.requestedBy(), removal.submitted());
        handling.open(removal);
        closeAfter(controllers.command(removal.container(), removal.operation(), input), removal, handling);
    }

    private void closeAfter(Future<Void> ended, UnconfirmedRemoval removal, SpecsProgress handling) {
        ended.onSuccess(acknowledged -> {
            handling.close(removal.operation());
            Future<Void> _ = writer.changed();
        });
    }

    private void closed(long offset, SpecsProgress handling) {
        handling.close(offset);
        Future<Void> _ = writer.changed();
    }

    private static UnconfirmedRemoval open(BusRecord record) {
        return new UnconfirmedRemoval(
                record.offset(),
                new ContainerName(record.key()),
                new CommandId(record.header(Headers.OPERATION).orElseGet(record::id)),
                record.header(Headers.REQUESTED_BY).orElse(null),
                record.timestamp());
    }

    private void apply(BusRecord record, SpecsProgress handling) throws IOException, UnreadableException {
        var container = new ContainerName(record.key());
        Optional<String> inauthenticity = record.inauthenticity();
        if (inauthenticity.isPresent()) {
            throw new UnreadableException(inauthenticity.get());
        }
        if (record.isDeletion()) {
            revoke(record, container, handling);
            return;
        }
        ContainerSpec spec = record.value(ContainerSpec.class);
        SpecChecks.check(container, controllers.host(), spec);
        Generation present = cache.generationOf(container);
        requireNewer(spec, present, record.isSigned() ? cache.removedThrough(container) : null);
        boolean known = spec.generation().equals(present);
        cache.keep(spec);
        handling.named(spec);
        controllers.post(container, new Input.SpecArrived(spec));
        if (known) {
            controllers.publishStatusAgain(container); // config-service sends a spec again if it has lost the status
        }
    }

    /** A spec that is written again, for instance by a thief of a broker's credentials, must not undo a later one or a removal. */
    private static void requireNewer(
            ContainerSpec spec, @Nullable Generation present, @Nullable Generation removedThrough)
            throws UnreadableException {
        if (present != null && present.isAfter(spec.generation())) {
            throw new UnreadableException("its generation " + spec.generation() + " is older than generation " + present
                    + ", which this host has");
        }
        if (removedThrough != null && !spec.generation().isAfter(removedThrough)) {
            throw new UnreadableException("its generation " + spec.generation()
                    + " was removed from this host, with all through " + removedThrough);
        }
    }

    private void revoke(BusRecord record, ContainerName container, SpecsProgress handling) throws IOException {
        UnconfirmedRemoval open = open(record);
        boolean purge = record.header(Headers.PURGE).filter("true"::equals).isPresent();
        Generation throughGeneration = record.header(Headers.GENERATION)
                .map(generation -> new Generation(Long.parseLong(generation)))
                .orElse(null);
        if (throughGeneration != null) {
            controllers.revoke(container, throughGeneration);
        }
        handling.removed(container);
        // An operation has one outcome: the position knows of it after the ledger has dropped it.
        if (controllers.hasEnded(open.operation())) {
            handling.close(open.operation());
            return;
        }
        if (handling.wasHandled(record) || !handling.isContinued() && isOutdated(record, container)) {
            return;
        }
        SpecCache.OpenRemoval removal = SpecCacheOpenRemovalBuilder.builder()
                .container(container)
                .id(open.operation())
                .generation(cache.generationOf(container))
                .throughGeneration(throughGeneration)
                .root(controllers.rootOf(container))
                .purge(purge)
                .requestedBy(open.requestedBy())
                .submitted(open.submitted())
                .build();
        cache.beginRemoval(removal);
        handling.open(open);
        closeAfter(remove(removal), open, handling);
    }

    private Future<Void> remove(SpecCache.OpenRemoval removal) {
        var input = new Input.SpecRemoved(
                removal.id(),
                removal.root(),
                removal.throughGeneration(),
                removal.purge(),
                removal.requestedBy(),
                removal.submitted());
        return controllers.command(removal.container(), removal.id(), input);
    }

    /** The position in the specs topic. */
    TopicPosition position() {
        return progress.position().topic();
    }

    /** The progress that heartbeats report; null before the topic is read. */
    @Nullable
    HostSpecs reported() {
        return progress.isRead() ? progress.reported() : null;
    }

    /** Writes the position if it has changed. */
    void flush() {
        try {
            writer.flush();
        } catch (IOException e) {
            LOG.warn("the position of specs is not written: {}", e.getMessage());
        }
    }
}
