package io.hatchery.runner.service;

import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Headers;
import io.hatchery.runner.journal.SpecCache;
import io.hatchery.runner.lifecycle.ContainerState;
import io.hatchery.runner.lifecycle.Input;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the host's specs. Until the topic is read to its end only the last record of each container counts: what came before is
 * history, and acting on it would stop or start what has long been decided otherwise.
 */
final class SpecIntake {
    private static final Logger LOG = LoggerFactory.getLogger(SpecIntake.class);

    /** Shorter than the ledger's memory, so that what it has forgotten is not told anew. */
    private static final Duration OUTCOMES_REMEMBERED = Duration.ofDays(7);

    private final Mailboxes mailboxes;
    private final SpecCache cache;
    private final Map<String, BusRecord> history = new LinkedHashMap<>();
    private final List<BusRecord> overtaken = new ArrayList<>();
    private boolean live;

    SpecIntake(Mailboxes mailboxes, SpecCache cache) {
        this.mailboxes = mailboxes;
        this.cache = cache;
    }

    /** Starts from the specs kept on disk, for a host that boots without a broker. */
    void takeKept() throws IOException {
        for (ContainerSpec spec : cache.readAll()) {
            mailboxes.post(spec.name(), new Input.SpecArrived(spec));
        }
    }

    void take(BusRecord record) {
        if (live) {
            apply(record);
        } else {
            BusRecord before = history.put(record.key(), record);
            if (before != null && before.isDeletion()) {
                overtaken.add(before);
            }
        }
    }

    /** The topic has been read to its end: what it says is in force, and what it does not name is to go. */
    void caughtUp(Instant now) {
        live = true;
        for (ContainerState state : mailboxes.states()) {
            ContainerSpec spec = state.spec();
            if (spec != null && !history.containsKey(state.container().value())) {
                LOG.warn(
                        "no spec names container {} any more: it is stopped and removed, its root stays",
                        state.container());
                var id = new CommandId("vanished/" + state.host() + "/" + state.container() + "/" + spec.generation());
                remove(state.container(), id, new Input.SpecRemoved(id, false, "reconciliation", now));
            }
        }
        overtaken.stream()
                .filter(record -> record.timestamp().plus(OUTCOMES_REMEMBERED).isAfter(now))
                .forEach(this::tellOvertaken);
        overtaken.clear();
        history.values().forEach(this::apply);
        history.clear();
    }

    /** Most of them were carried out long ago, which the ledger knows; what was not has an outcome to come. */
    private void tellOvertaken(BusRecord removal) {
        var container = new ContainerName(removal.key());
        removal.header(Headers.OPERATION).map(CommandId::new).ifPresent(id -> {
            String by = removal.header(Headers.BY).orElse(null);
            var _ = mailboxes.command(container, id, new Input.RemovalOvertaken(id, by, removal.timestamp()));
        });
    }

    private void apply(BusRecord record) {
        try {
            var container = new ContainerName(record.key());
            if (record.isDeletion()) {
                var id = new CommandId(record.header(Headers.OPERATION).orElseGet(record::id));
                boolean purge =
                        record.header(Headers.PURGE).filter("true"::equals).isPresent();
                remove(
                        container,
                        id,
                        new Input.SpecRemoved(
                                id, purge, record.header(Headers.BY).orElse(null), record.timestamp()));
            } else {
                ContainerSpec spec = record.value(ContainerSpec.class);
                cache.keep(spec);
                mailboxes.post(container, new Input.SpecArrived(spec));
            }
        } catch (UnreadableException | IllegalArgumentException e) {
            // Only config-service writes here: a newer one than this runner can follow. The last spec stays in force.
            LOG.error(
                    "spec {} cannot be read, the last one stays in force: {}",
                    record.position().text(),
                    e.getMessage());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("specs cannot be kept on disk", e);
        }
    }

    private void remove(ContainerName container, CommandId id, Input.SpecRemoved removed) {
        try {
            cache.drop(container);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("a spec cannot be dropped from disk", e);
        }
        var _ = mailboxes.command(container, id, removed);
    }
}
