package io.hatchery.runner.service;

import io.hatchery.bus.Bus;
import io.hatchery.bus.BusException;
import io.hatchery.bus.Follower;
import io.hatchery.bus.Message;
import io.hatchery.bus.Position;
import io.hatchery.bus.RepeatedWarning;
import io.hatchery.bus.RetryingPublisher;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.HostOwner;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.Topics;
import io.hatchery.runner.context.Timers;
import io.hatchery.runner.driver.Driver;
import io.hatchery.runner.journal.AcknowledgedOffsets;
import io.hatchery.runner.journal.DamagedFile;
import io.hatchery.runner.journal.Disk;
import io.hatchery.runner.journal.Journal;
import io.hatchery.runner.journal.JournalFiles;
import io.hatchery.runner.journal.Ledger;
import io.hatchery.runner.journal.Positions;
import io.hatchery.runner.journal.SpecCache;
import io.hatchery.runner.session.SessionEndingDriver;
import io.hatchery.runner.session.SessionOpener;
import io.soabase.recordbuilder.core.RecordBuilder;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runner of a host. At start it adopts containers, starts those of the specs on disk, connects to the broker, claims the host's
 * name, publishes pending events, reads the specs and then the commands. All calls are made on one context.
 */
public final class Runner {
    private static final Logger LOG = LoggerFactory.getLogger(Runner.class);
    private static final Duration RECONNECT = Duration.ofSeconds(2);
    /** Timeout of a heartbeat in milliseconds. A later one is replaced by the next. */
    private static final int HEARTBEAT_PATIENCE = 10_000;

    /**
     * The dependencies of a runner.
     *
     * @param clock the host's clock
     * @param uptime time since the host's boot; setting the clock does not change it
     * @param sinceBoot time since the host's boot, including suspended time
     * @param timers runs tasks later
     * @param bus Kafka
     * @param runtime a folder that a reboot empties
     * @param data a folder that outlives a reboot
     * @param facts the identity of the host
     * @param driver creates the driver, which reports to the given listener
     * @param cgroups name of the host's cgroup hierarchy
     * @param sessions opens and ends the sessions of users
     */
    @RecordBuilder
    public record RunnerDependencies(
            Clock clock,
            Supplier<Duration> uptime,
            Supplier<Duration> sinceBoot,
            Timers timers,
            Bus bus,
            Disk runtime,
            Disk data,
            HostIdentity facts,
            Function<Driver.DriverListener, Driver> driver,
            String cgroups,
            SessionOpener sessions) {}

    private final RunnerConfig config;
    private final RunnerDependencies dependencies;
    private final Handler<Throwable> onFailure;
    private final Instant started;
    private final Promise<Void> ready = Promise.promise();
    private final RepeatedWarning absence =
            new RepeatedWarning(LOG, "the broker is out of reach or refuses, containers run on");
    private final RetryingPublisher publisher;
    private final LatestPublisher heartbeats;
    private final HostOwnership ownership;
    private final ContainerControllers controllers;
    private final SpecIntake specs;
    private final SpecsReader specsReader;
    private final CommandReader commandReader;
    private final JournalFiles journals;
    private final JournalRecovery lost;
    private final AcknowledgedOffsets acknowledgedOffsets;
    private final AcknowledgedEvents acknowledged;
    private final Driver driver;
    private int damagedFiles;
    private boolean stopping;

    /**
     * @param onFailure is called when the runner has failed; its containers continue
     * @throws IOException if its files cannot be read or written
     */
    public Runner(RunnerConfig config, RunnerDependencies dependencies, Handler<Throwable> onFailure)
            throws IOException {
        this.config = config;
        this.dependencies = dependencies;
        this.onFailure = onFailure;
        this.started = dependencies.clock.instant();
        this.journals = new JournalFiles(dependencies.runtime);
        journals.beginBoot(dependencies.facts.bootId());
        this.publisher = new RetryingPublisher(dependencies.bus, this::later, Topics.EVENTS.name());
        this.heartbeats = new LatestPublisher(dependencies.bus.publisher(HEARTBEAT_PATIENCE), absence::failed);
        this.ownership = new HostOwnership(
                config.host(),
                config.heartbeat(),
                RuntimeFolderId.of(dependencies.runtime, dependencies.facts.bootId()),
                new HostOwnership.Dependencies(
                        dependencies.bus,
                        dependencies.timers,
                        dependencies.sinceBoot,
                        this::publishHeartbeat,
                        this::failed));
        this.acknowledgedOffsets = new AcknowledgedOffsets(dependencies.data);
        var cache = new SpecCache(dependencies.data);
        Positions positions = Positions.open(dependencies.data);
        Ledger ledger = Ledger.open(dependencies.data);
        var storage = new HostStorage(journals, ledger, positions, cache);
        this.controllers = new ContainerControllers(
                config,
                new HostTime(dependencies.clock, dependencies.uptime, dependencies.timers),
                storage,
                publisher,
                ownership,
                this::failed);
        storage.pruneOutcomes();
        this.acknowledged =
                new AcknowledgedEvents(dependencies.bus, dependencies.timers, controllers, acknowledgedOffsets);
        this.specs = new SpecIntake(controllers, cache, positions, publisher, name(), this::failed);
        this.specsReader = new SpecsReader(dependencies.bus, dependencies.timers, config.host(), specs, this::failed);
        var sessions = new SessionCommands(config.host(), dependencies.clock, dependencies.sessions);
        var commands = new CommandIntake(controllers, sessions, publisher, name());
        this.commandReader = new CommandReader(
                dependencies.bus,
                dependencies.timers,
                config.host(),
                positions,
                record -> whenCertain(() -> commands.take(record)),
                this::failed);
        this.driver = new SessionEndingDriver(dependencies.driver.apply(controllers::post), dependencies.sessions);
        this.lost = new JournalRecovery(config.host(), dependencies.clock, driver, cache, journals);
    }

    private String name() {
        return "runner " + config.host();
    }

    /**
     * Adopts the containers of an earlier runner; completes then, whether or not the broker is reachable.
     *
     * @throws IOException if a journal has a later format, or the disk cannot be read or written
     */
    public Future<Void> start() throws IOException {
        JournalFiles.FoundJournals found = journals.readAll();
        return lost.replace(found.damaged()).compose(replaced -> adopt(found.journals(), replaced));
    }

    private Future<Void> adopt(List<Journal> read, List<Journal> replaced) {
        var written = new ArrayList<>(read);
        written.addAll(replaced);
        try {
            damagedFiles = journals.countDamaged() + DamagedFile.count(dependencies.data, "");
            return controllers.adopt(driver, written).compose(adopted -> applyCachedSpecs());
        } catch (IOException e) {
            return Future.failedFuture(e);
        }
    }

    private Future<Void> applyCachedSpecs() {
        try {
            specs.applyCached();
        } catch (IOException e) {
            return Future.failedFuture(e);
        }
        connect();
        return Future.succeededFuture();
    }

    /** Completes when the specs and the commands of the host are read. */
    public Future<Void> ready() {
        return ready.future();
    }

    private void connect() {
        var topics = new ArrayList<>(Topics.sharedByRunners());
        topics.addAll(Topics.of(config.host()));
        retryUntilConnected(() -> dependencies.bus.ensure(topics))
                .compose(there -> retryUntilConnected(ownership::follow))
                // A host that has read a spec has published a heartbeat: one that never did has nothing to release.
                .compose(read -> ownership.claim())
                .compose(ours -> {
                    absence.succeeded();
                    return retryUntilConnected(this::acknowledgeFound);
                })
                .compose(known -> {
                    controllers.beginPublishing();
                    acknowledged.begin();
                    return retryUntilConnected(specsReader::start);
                })
                .compose(read -> retryUntilConnected(commandReader::start))
                .onSuccess(consuming -> {
                    LOG.info("{} is ready", name());
                    ready.tryComplete();
                })
                .onFailure(this::failed);
    }

    /** Retries until the broker answers: its absence does not stop the runner, since containers run without it. */
    private <T> Future<T> retryUntilConnected(Supplier<Future<T>> stage) {
        return attempt(stage).recover(e -> {
            if (stopping || !isAbsence(e)) {
                return Future.failedFuture(e);
            }
            absence.failed(e);
            Promise<T> again = Promise.promise();
            later(RECONNECT, () -> retryUntilConnected(stage).onComplete(again));
            return again.future();
        });
    }

    private static <T> Future<T> attempt(Supplier<Future<T>> stage) {
        try {
            return stage.get();
        } catch (KafkaException e) {
            return Future.failedFuture(e); // for instance no address of a broker can be resolved at the moment
        }
    }

    /** Refused credentials count too: a password that is changed at the broker first must not stop the hosts. */
    private static boolean isAbsence(Throwable e) {
        return e instanceof BusException || e instanceof KafkaException;
    }

    private void later(Duration delay, Runnable task) {
        Runnable _ = dependencies.timers.later(delay, task);
    }

    /** Searches the broker for the unacknowledged events of an earlier runner, so that they are not published again. */
    private Future<Void> acknowledgeFound() {
        var found = new HashMap<String, Position>();
        return dependencies
                .bus
                .ends(Topics.EVENTS.name())
                .compose(ends -> find(ends, found).compose(read -> {
                    try {
                        return controllers.acknowledge(found).compose(durable -> beginAt(ends));
                    } catch (IOException e) {
                        return Future.failedFuture(e);
                    }
                }));
    }

    /** No event lies behind these ends, since this runner has not published yet. */
    private Future<Void> beginAt(Map<Integer, Long> ends) {
        try {
            acknowledgedOffsets.write(ends);
        } catch (IOException e) {
            return Future.failedFuture(e);
        }
        publisher.beginAt(ends);
        return Future.succeededFuture();
    }

    private Future<Void> find(Map<Integer, Long> ends, Map<String, Position> found) {
        Map<Integer, Long> from;
        try {
            var recorded = new TreeMap<Integer, Long>();
            ends.keySet().forEach(partition -> recorded.put(partition, 0L));
            recorded.putAll(acknowledgedOffsets.read());
            from = controllers.unacknowledgedFrom(recorded);
        } catch (IOException e) {
            return Future.failedFuture(e);
        }
        if (from.isEmpty()) {
            return Future.succeededFuture();
        }
        Follower follower = dependencies.bus.follower(
                "unacknowledged",
                record -> record.header(Headers.ID)
                        .filter(id -> record.inauthenticity().isEmpty())
                        .ifPresent(id -> found.put(id, record.position())),
                this::failed);
        return follower.followFrom(Topics.EVENTS.name(), from, ends).eventually(follower::close);
    }

    private Future<Void> whenCertain(Supplier<Future<?>> task) {
        Promise<Void> done = Promise.promise();
        ownership.whenCertain(() -> task.get().<Void>mapEmpty().onComplete(done));
        return done.future();
    }

    private void publishHeartbeat(HostStatus.Availability state, HostOwner owner, String id) {
        HostStatus status = dependencies.facts.status(
                config,
                state,
                driver.name(),
                dependencies.cgroups,
                controllers.running(),
                specs.reported(),
                damagedFiles,
                started,
                dependencies.clock.instant(),
                owner);
        heartbeats.publish(Message.of(
                Topics.HOSTS.name(),
                config.host().value(),
                status,
                id,
                "/runner/" + config.host(),
                dependencies.clock.instant()));
    }

    private void failed(Throwable e) {
        if (!stopping) {
            stopping = true;
            ready.tryFail(e);
            onFailure.handle(e);
        }
    }

    /** Releases the host's name and stops reading; completes when all readers are closed. Containers continue. */
    public Future<Void> stop() {
        stopping = true;
        ownership.leave();
        acknowledged.close();
        Future<Void> written = controllers
                .writeAcknowledged()
                .onFailure(e -> LOG.warn("acknowledgements cannot be recorded: {}", e.getMessage()))
                .otherwiseEmpty();
        return dependencies
                .sessions
                .close()
                .compose(ended -> Future.join(written, specsReader.close(), commandReader.close(), ownership.close()))
                .mapEmpty();
    }
}
