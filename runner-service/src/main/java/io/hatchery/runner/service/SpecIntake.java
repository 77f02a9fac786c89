package io.hatchery.runner.service;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.PartitionExtent;
import io.hatchery.bus.Publisher;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.HostSpecs;
import io.hatchery.runner.journal.Positions;
import io.hatchery.runner.journal.SpecCache;
import io.hatchery.runner.journal.SpecsPosition;
import io.hatchery.runner.journal.SpecsPosition.OpenRemoval;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the host's specs. Until the topic is read to its end only the last record of each container counts: what came before is
 * history, and acting on it would stop or start what has long been decided otherwise. A container that the topic does not name
 * stays as it is: only a removal removes.
 */
final class SpecIntake {
    private static final Logger LOG = LoggerFactory.getLogger(SpecIntake.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** How many dead letters may wait for the broker. */
    private static final int MAX_DEAD_LETTERS = 1_000;

    /** Of a host that keeps no position: shorter than the ledger's memory, so that what it has forgotten is not told anew. */
    private static final Duration OUTCOMES_REMEMBERED = Duration.ofDays(7);

    private final ContainerControllers controllers;
    private final SpecCache cache;
    private final Positions positions;
    private final Publisher publisher;
    private final String reader;
    private final Handler<Throwable> onFailure;
    private final PositionWriter writer;
    private final Map<String, BusRecord> history = new LinkedHashMap<>();
    private final List<BusRecord> overtaken = new ArrayList<>();
    private final Deque<SpecHandling> steps = new ArrayDeque<>();
    private SpecsProgress progress = SpecsProgress.NONE;
    private boolean live;
    private boolean waiting;
    private int deadLettersUnderWay;

    /** Something that is to be on disk before anything follows from it. */
    private interface Action {
        void run() throws IOException, UnreadableException;
    }

    /**
     * What is to be done next.
     *
     * @param cause the record that it follows from; null if it follows from none
     * @param handling the topic that the record lies in
     */
    private record SpecHandling(Action action, @Nullable BusRecord cause, SpecsProgress handling) {}

    /**
     * @param reader what to call this runner on a dead letter
     * @param onFailure is told when a record can neither be read nor put with the dead letters
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

    /** Starts from what is kept on disk, for a host that boots without a broker. */
    void takeKept() throws IOException {
        List<ContainerSpec> kept = cache.specs();
        for (SpecCache.OpenRemoval removal : cache.removals()) {
            if (!controllers.hasEnded(removal.id())) {
                remove(removal);
            } else if (kept.stream().anyMatch(spec -> spec.name().equals(removal.container()))) {
                cache.endRemoval(removal.container()); // its status is another container's by now
            } else {
                controllers.unshow(removal.container(), removal.id());
            }
        }
        kept.forEach(spec -> controllers.post(spec.name(), new Input.SpecArrived(spec)));
    }

    /** What follows is a topic of that extent from its start; what was read of it before is read again. */
    void beginReading(PartitionExtent extent) {
        flush();
        history.clear();
        overtaken.clear();
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
                overtaken.add(before);
            }
        }
    }

    /**
     * The topic has been read to its end: what it says is in force.
     *
     * @return completes when all of that has been taken on
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
        handling.unseen().forEach(removal -> enqueue(() -> tellOvertaken(removal, handling), null, handling));
        overtaken.stream()
                .filter(record -> handling.isContinued() || isRemembered(record))
                .filter(record -> !isRepeatedBy(record, history.get(record.key())))
                .forEach(record -> enqueue(() -> tellOvertaken(open(record), handling), record, handling));
        overtaken.clear();
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

    /** An open removal is written again from time to time: nothing has overtaken it then. */
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

    /** A removal that a runner without a position most likely carried out, and has forgotten. */
    private boolean isOfLongAgo(BusRecord record, ContainerName container) throws IOException {
        return !isRemembered(record) && !controllers.has(container) && cache.generationOf(container) == null;
    }

    private void enqueue(Action action, @Nullable BusRecord cause, SpecsProgress handling) {
        steps.add(new SpecHandling(action, cause, handling));
        if (!waiting) {
            drain();
        }
    }

    /** One after the other: what cannot be kept on disk yet holds up what comes after it, and nothing else. */
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
                LOG.error("specs wait: they cannot be kept on disk", e);
                Runnable _ = controllers.later(RETRY, this::drain);
                return;
            } catch (UnreadableException | RuntimeException e) {
                refuse(step, e);
            }
            steps.remove();
        }
        waiting = false;
    }

    /** No record stops the runner: only config-service writes here, for instance a newer one than this runner can follow. */
    private void refuse(SpecHandling step, Exception e) {
        BusRecord record = step.cause;
        if (record == null) {
            LOG.error("specs are read on after an unexpected error", e);
            return;
        }
        LOG.error(
                "spec {} cannot be handled, the last one stays in force",
                record.position().text(),
                e);
        if (step.handling.wasHandled(record)) {
            return; // it is with the dead letters since it was read first
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
                .onSuccess(buried -> closed(record.offset(), step.handling))
                .onFailure(onFailure);
    }

    /** Most of them were carried out, which the ledger knows; what was not has an outcome to come. */
    private void tellOvertaken(OpenRemoval removal, SpecsProgress handling) {
        var input = new Input.RemovalSuperseded(removal.operation(), removal.requestedBy(), removal.submitted());
        handling.open(removal);
        closeAfter(controllers.command(removal.container(), removal.operation(), input), removal, handling);
    }

    private void closeAfter(Future<Void> ended, OpenRemoval removal, SpecsProgress handling) {
        ended.onSuccess(told -> {
            handling.close(removal.operation());
            Future<Void> _ = writer.changed();
        });
    }

    private void closed(long offset, SpecsProgress handling) {
        handling.close(offset);
        Future<Void> _ = writer.changed();
    }

    private static OpenRemoval open(BusRecord record) {
        return new OpenRemoval(
                record.offset(),
                new ContainerName(record.key()),
                new CommandId(record.header(Headers.OPERATION).orElseGet(record::id)),
                record.header(Headers.REQUESTED_BY).orElse(null),
                record.timestamp());
    }

    private void apply(BusRecord record, SpecsProgress handling) throws IOException, UnreadableException {
        var container = new ContainerName(record.key());
        if (record.isDeletion()) {
            revoke(record, container, handling);
            return;
        }
        ContainerSpec spec = record.value(ContainerSpec.class);
        SpecChecks.check(container, controllers.host(), spec);
        boolean known = spec.generation().equals(cache.generationOf(container));
        cache.keep(spec);
        handling.named(spec);
        controllers.post(container, new Input.SpecArrived(spec));
        if (known) {
            controllers.tellAgain(container); // it is said again to whoever has lost sight of it
        }
    }

    private void revoke(BusRecord record, ContainerName container, SpecsProgress handling) throws IOException {
        OpenRemoval open = open(record);
        boolean purge = record.header(Headers.PURGE).filter("true"::equals).isPresent();
        Generation throughGeneration = record.header(Headers.GENERATION)
                .map(generation -> new Generation(Long.parseLong(generation)))
                .orElse(null);
        if (throughGeneration != null) {
            controllers.revoke(container, throughGeneration);
        }
        handling.removed(container);
        // Exactly once and for ever: whoever has forgotten its outcome still knows that it had one.
        if (controllers.hasEnded(open.operation())) {
            handling.close(open.operation());
            return;
        }
        if (handling.wasHandled(record) || !handling.isContinued() && isOfLongAgo(record, container)) {
            return;
        }
        var removal = new SpecCache.OpenRemoval(
                container,
                open.operation(),
                cache.generationOf(container),
                throughGeneration,
                controllers.rootOf(container),
                purge,
                open.requestedBy(),
                open.submitted());
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

    /** How far the topic is handled. */
    TopicPosition position() {
        return progress.position().topic();
    }

    /** What the fleet is to know of that; null before the topic is read. */
    @Nullable
    HostSpecs said() {
        return progress.isRead() ? progress.said() : null;
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
