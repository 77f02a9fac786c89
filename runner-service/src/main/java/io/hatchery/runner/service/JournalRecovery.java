package io.hatchery.runner.service;

import io.hatchery.runner.driver.Driver;
import io.hatchery.runner.driver.LastRun;
import io.hatchery.runner.journal.Journal;
import io.hatchery.runner.journal.JournalFiles;
import io.hatchery.runner.journal.SpecCache;
import io.hatchery.runner.lifecycle.ContainerState;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.HostName;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recovers containers whose journal cannot be read, from their last run on the host and the specs on its disk. Commands without an
 * outcome are read again from the broker, since the position is written only after their outcome.
 */
final class JournalRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(JournalRecovery.class);

    private final HostName host;
    private final Clock clock;
    private final Driver driver;
    private final SpecCache cache;
    private final JournalFiles journals;

    JournalRecovery(HostName host, Clock clock, Driver driver, SpecCache cache, JournalFiles journals) {
        this.host = host;
        this.clock = clock;
        this.driver = driver;
        this.cache = cache;
        this.journals = journals;
    }

    /** Writes new journals of these containers. */
    Future<List<Journal>> replace(List<ContainerName> containers) throws IOException {
        List<ContainerSpec> kept = containers.isEmpty() ? List.of() : cache.specs();
        Future<List<Journal>> all = Future.succeededFuture(new ArrayList<>());
        for (ContainerName container : containers) {
            ContainerSpec spec = kept.stream()
                    .filter(of -> of.name().equals(container))
                    .findFirst()
                    .orElse(null);
            all = all.compose(written -> replace(container, spec).map(journal -> {
                written.add(journal);
                return written;
            }));
        }
        return all;
    }

    private Future<Journal> replace(ContainerName container, @Nullable ContainerSpec kept) {
        return driver.lastRun(container).compose(last -> {
            Journal journal = Journal.of(state(container, kept, last));
            try {
                journals.write(journal);
                return Future.succeededFuture(journal);
            } catch (IOException e) {
                return Future.failedFuture(e);
            }
        });
    }

    private ContainerState state(ContainerName container, @Nullable ContainerSpec kept, Optional<LastRun> last) {
        ContainerSpec spec = last.map(LastRun::spec).orElse(kept);
        if (spec == null) {
            LOG.error("{} is not recovered: the host has neither a run nor a spec of it", container);
            return ContainerState.absent(container, host, clock.instant());
        }
        return ContainerState.found(spec, last.map(LastRun::run).orElse(0L), clock.instant());
    }
}
