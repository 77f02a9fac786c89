package io.hatchery.runner.service;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Publisher;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Headers;
import io.hatchery.runner.journal.SpecCache;
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
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the host's specs. Until the topic is read to its end only the last record of each container counts: what came before is
 * history, and acting on it would stop or start what has long been decided otherwise.
 */
final class SpecIntake {
    private static final Logger LOG = LoggerFactory.getLogger(SpecIntake.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** How many dead letters may wait for the broker. */
    private static final int MAX_DEAD_LETTERS = 1_000;

    /** Shorter than the ledger's memory, so that what it has forgotten is not told anew. */
    private static final Duration OUTCOMES_REMEMBERED = Duration.ofDays(7);

    private final Mailboxes mailboxes;
    private final SpecCache cache;
    private final Publisher publisher;
    private final String reader;
    private final Handler<Throwable> onFailure;
    private final Map<String, BusRecord> history = new LinkedHashMap<>();
    private final List<BusRecord> overtaken = new ArrayList<>();
    private final Deque<Step> steps = new ArrayDeque<>();
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
     */
    private record Step(Action action, @Nullable BusRecord cause) {}

    /**
     * @param reader what to call this runner on a dead letter
     * @param onFailure is told when a record can neither be read nor put with the dead letters
     */
    SpecIntake(Mailboxes mailboxes, SpecCache cache, Publisher publisher, String reader, Handler<Throwable> onFailure) {
        this.mailboxes = mailboxes;
        this.cache = cache;
        this.publisher = publisher;
        this.reader = reader;
        this.onFailure = onFailure;
    }

    /** Starts from what is kept on disk, for a host that boots without a broker. */
    void takeKept() throws IOException {
        List<ContainerSpec> kept = cache.specs();
        for (SpecCache.Removal removal : cache.removals()) {
            if (!mailboxes.hasEnded(removal.id())) {
                remove(removal);
            } else if (kept.stream().anyMatch(spec -> spec.name().equals(removal.container()))) {
                cache.endRemoval(removal.container()); // its status is another container's by now
            } else {
                mailboxes.unshow(removal.container(), removal.id());
            }
        }
        kept.forEach(spec -> mailboxes.post(spec.name(), new Input.SpecArrived(spec)));
    }

    /** What follows is the topic from its start; what was read of it before is read again. */
    void beginReading() {
        history.clear();
        overtaken.clear();
    }

    void take(BusRecord record) {
        if (live) {
            enqueue(() -> apply(record), record);
        } else {
            BusRecord before = history.put(record.key(), record);
            if (before != null && before.isDeletion()) {
                overtaken.add(before);
            }
        }
    }

    /**
     * The topic has been read to its end: what it says is in force, and what it does not name is to go.
     *
     * @return completes when all of that has been taken on
     */
    Future<Void> caughtUp(Instant now) {
        live = true;
        Promise<Void> done = Promise.promise();
        for (ContainerState state : mailboxes.states()) {
            if (state.spec() != null && !history.containsKey(state.container().value())) {
                enqueue(() -> reconcile(state, now), null);
            }
        }
        overtaken.stream()
                .filter(record -> record.timestamp().plus(OUTCOMES_REMEMBERED).isAfter(now))
                .forEach(record -> enqueue(() -> tellOvertaken(record), record));
        overtaken.clear();
        history.values().forEach(record -> enqueue(() -> apply(record), record));
        history.clear();
        enqueue(done::complete, null);
        return done.future();
    }

    private void enqueue(Action action, @Nullable BusRecord cause) {
        steps.add(new Step(action, cause));
        if (!waiting) {
            drain();
        }
    }

    /** One after the other: what cannot be kept on disk yet holds up what comes after it, and nothing else. */
    private void drain() {
        waiting = true;
        for (Step step = steps.peek(); step != null; step = steps.peek()) {
            try {
                step.action.run();
            } catch (IOException e) {
                LOG.error("specs wait: they cannot be kept on disk", e);
                Runnable _ = mailboxes.later(RETRY, this::drain);
                return;
            } catch (UnreadableException | RuntimeException e) {
                refuse(step.cause, e);
            }
            steps.remove();
        }
        waiting = false;
    }

    /** No record stops the runner: only config-service writes here, for instance a newer one than this runner can follow. */
    private void refuse(@Nullable BusRecord record, Exception e) {
        if (record == null) {
            LOG.error("a container that no spec names is left as it is", e);
            return;
        }
        LOG.error(
                "spec {} cannot be handled, the last one stays in force",
                record.position().text(),
                e);
        if (deadLettersUnderWay >= MAX_DEAD_LETTERS) {
            LOG.error(
                    "spec {} is not sent to the dead letters, since {} wait for the broker",
                    record.position().text(),
                    deadLettersUnderWay);
            return;
        }
        deadLettersUnderWay++;
        publisher
                .bury(record, reader, CommandIntake.reason(e))
                .onComplete(done -> deadLettersUnderWay--)
                .onFailure(onFailure);
    }

    private void reconcile(ContainerState state, Instant now) throws IOException {
        ContainerSpec spec = state.spec();
        if (spec != null) {
            LOG.warn(
                    "no spec names container {} any more: it is stopped and removed, its root stays",
                    state.container());
            var id = new CommandId("vanished/" + state.host() + "/" + state.container() + "/" + spec.generation());
            beginRemoval(state.container(), id, null, false, "reconciliation", now);
        }
    }

    /** Most of them were carried out long ago, which the ledger knows; what was not has an outcome to come. */
    private void tellOvertaken(BusRecord removal) {
        removal.header(Headers.OPERATION).map(CommandId::new).ifPresent(id -> {
            String by = removal.header(Headers.BY).orElse(null);
            var _ = mailboxes.command(
                    new ContainerName(removal.key()), id, new Input.RemovalOvertaken(id, by, removal.timestamp()));
        });
    }

    private void apply(BusRecord record) throws IOException, UnreadableException {
        var container = new ContainerName(record.key());
        if (record.isDeletion()) {
            takeBack(record, container);
            return;
        }
        ContainerSpec spec = record.value(ContainerSpec.class);
        boolean known = spec.generation().equals(cache.generationOf(container));
        cache.keep(spec);
        mailboxes.post(container, new Input.SpecArrived(spec));
        if (known) {
            mailboxes.tellAgain(container); // it is said again to whoever has lost sight of it
        }
    }

    private void takeBack(BusRecord record, ContainerName container) throws IOException {
        var id = new CommandId(record.header(Headers.OPERATION).orElseGet(record::id));
        boolean purge = record.header(Headers.PURGE).filter("true"::equals).isPresent();
        Generation upTo = record.header(Headers.GENERATION)
                .map(generation -> new Generation(Long.parseLong(generation)))
                .orElse(null);
        if (upTo != null) {
            mailboxes.takeBack(container, upTo);
        }
        beginRemoval(container, id, upTo, purge, record.header(Headers.BY).orElse(null), record.timestamp());
    }

    private void beginRemoval(
            ContainerName container,
            CommandId id,
            @Nullable Generation upTo,
            boolean purge,
            @Nullable String by,
            Instant submitted)
            throws IOException {
        if (!mailboxes.hasEnded(id)) {
            var removal = new SpecCache.Removal(
                    container,
                    id,
                    cache.generationOf(container),
                    upTo,
                    mailboxes.rootOf(container),
                    purge,
                    by,
                    submitted);
            cache.beginRemoval(removal);
            remove(removal);
        }
    }

    private void remove(SpecCache.Removal removal) {
        var input = new Input.SpecRemoved(
                removal.id(), removal.root(), removal.upTo(), removal.purge(), removal.by(), removal.submitted());
        var _ = mailboxes.command(removal.container(), removal.id(), input);
    }
}
