package io.hatchery.runner.service;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.runner.journal.Journal;
import io.hatchery.runner.journal.JournalFiles;
import io.hatchery.runner.journal.Ledger;
import io.hatchery.runner.journal.PendingEvent;
import io.hatchery.runner.journal.Positions;
import io.hatchery.runner.journal.SpecCache;
import io.hatchery.runner.lifecycle.ContainerState;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a runner.
 *
 * @param journals one file for each container, in a folder that a reboot empties
 * @param ledger the outcomes of commands
 * @param positions how far the host's topics are handled
 * @param cache the last specs of the host
 */
record HostStorage(JournalFiles journals, Ledger ledger, Positions positions, SpecCache cache) {
    private static final Logger LOG = LoggerFactory.getLogger(HostStorage.class);

    /** Records the outcome of a command, durably after the ledger is synchronized, and drops old outcomes if the ledger has grown. */
    void recordOutcome(FleetEvent.Ended event) throws IOException {
        ledger.end(event, positions.at(event.command()));
        if (ledger.hasGrown()) {
            try {
                pruneOutcomes();
            } catch (IOException e) {
                LOG.warn("old outcomes are not pruned yet: {}", e.getMessage());
            }
        }
    }

    /** Drops the outcomes that are not needed any more. */
    void pruneOutcomes() throws IOException {
        Set<CommandId> removing =
                cache.removals().stream().map(SpecCache.OpenRemoval::id).collect(Collectors.toSet());
        ledger.prune(positions, removing::contains);
    }

    /** The journals, with the outcomes of the ledger that a reboot deleted from them. */
    Collection<Journal> withPendingOutcomes(Collection<Journal> written, HostName host, Instant now) {
        var all = new LinkedHashMap<ContainerName, Journal>();
        var known = new HashSet<CommandId>();
        for (Journal journal : written) {
            all.put(journal.state().container(), journal);
            for (PendingEvent pending : journal.outbox().pending()) {
                if (pending.event() instanceof FleetEvent.Ended ended) {
                    known.add(ended.id());
                }
            }
        }
        for (FleetEvent.Ended event : ledger.pending().reversed()) {
            if (known.add(event.id())) {
                all.compute(
                        event.container(),
                        (container, journal) -> (journal == null
                                        ? Journal.of(ContainerState.absent(container, host, now))
                                        : journal)
                                .withEarlierEvent(PendingEvent.of(event)));
            }
        }
        return all.values();
    }
}
