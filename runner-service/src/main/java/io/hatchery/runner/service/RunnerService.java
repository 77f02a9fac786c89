package io.hatchery.runner.service;

import io.hatchery.bus.BusException;
import io.hatchery.bus.KafkaPublisher;
import io.hatchery.bus.Message;
import io.hatchery.bus.TopicFollower;
import io.hatchery.bus.TopicSetup;
import io.hatchery.bus.WatermarkConsumer;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.Topics;
import io.hatchery.runner.cgroup.CgroupLayout;
import io.hatchery.runner.cgroup.CgroupTree;
import io.hatchery.runner.journal.Journal;
import io.hatchery.runner.journal.JournalFiles;
import io.hatchery.runner.journal.Ledger;
import io.hatchery.runner.journal.SpecCache;
import io.hatchery.runner.nspawn.DirectDriver;
import io.hatchery.runner.nspawn.DirectSettings;
import io.hatchery.spec.json.UnreadableException;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Specs and commands of one host in, containers, statuses and events out. */
public final class RunnerService extends AbstractVerticle {
    private static final Logger LOG = LoggerFactory.getLogger(RunnerService.class);
    private static final Duration RECONNECT = Duration.ofSeconds(2);
    /** How much earlier than its first unacknowledged event a runner looks for it on the broker, for clocks that differ. */
    private static final Duration LOOK_BACK = Duration.ofMinutes(5);

    private final RunnerConfig config;
    private final Handler<Throwable> onFailure;
    private final Clock clock = Clock.systemUTC();
    private final Instant started = clock.instant();
    private final Promise<Void> ready = Promise.promise();
    private final List<AutoCloseable> toClose = new ArrayList<>();
    private @Nullable Beating beating;
    private boolean stopping;

    private record Beating(Mailboxes mailboxes, LatestPublisher publisher, HostFacts facts, CgroupTree cgroups) {}

    /**
     * @param onFailure is told when the runner cannot go on; its containers do
     */
    public RunnerService(RunnerConfig config, Handler<Throwable> onFailure) {
        this.config = config;
        this.onFailure = onFailure;
    }

    /** Completes when the runner knows what the fleet wants of its host. */
    public Future<Void> ready() {
        return ready.future();
    }

    @Override
    public void start(Promise<Void> startedUp) throws IOException {
        toClose.add(HostLock.take(config.runtime(), config.host()));
        Files.createDirectories(config.data());
        HostFacts facts = HostFacts.read();
        var journals = new JournalFiles(config.runtime());
        journals.beginBoot(facts.bootId());
        Ledger ledger = Ledger.open(config.data().resolve("outcomes.log"), clock.instant());
        toClose.add(ledger);
        var cgroups = new CgroupTree(CgroupLayout.of(Files.readString(Path.of("/proc/self/mountinfo"))));
        // Until it is acknowledged, whatever takes: what is accepted is never dropped for want of a broker.
        var publisher = new KafkaPublisher(vertx, config.bus(), Integer.MAX_VALUE);
        var mailboxes = new Mailboxes(vertx, config, clock, journals, ledger, publisher, this::failed);
        var settings = new DirectSettings(config.runtime(), config.data().resolve("console"), config.consoleBytes());
        var driver = new DirectDriver(vertx, settings, cgroups, mailboxes::post);
        toClose.add(driver);
        var specs = new SpecIntake(mailboxes, new SpecCache(config.data().resolve("specs")));
        beating = new Beating(mailboxes, new LatestPublisher(publisher, this::failed), facts, cgroups);
        List<Journal> written = journals.readAll();
        mailboxes
                .adopt(driver, written)
                .map(adopted -> {
                    takeKept(specs);
                    connect(mailboxes, publisher, specs);
                    return (Void) null;
                })
                .onComplete(startedUp);
    }

    private static void takeKept(SpecIntake specs) {
        try {
            specs.takeKept();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void connect(Mailboxes mailboxes, KafkaPublisher publisher, SpecIntake specs) {
        if (stopping) {
            return;
        }
        vertx.executeBlocking(() -> {
                    try (var setup = new TopicSetup(config.bus())) {
                        setup.ensure(Topics.ofTheFleet());
                        setup.ensure(Topics.of(config.host()));
                    }
                    return null;
                })
                .compose(topics -> refuseIfHeld())
                .compose(ours -> idsOnTheBroker(mailboxes.outbox()))
                .map(ids -> {
                    mailboxes.beginTelling(ids);
                    beat();
                    vertx.setPeriodic(
                            Duration.ofSeconds(config.heartbeatSeconds()).toMillis(), tick -> beat());
                    return null;
                })
                .compose(told -> followSpecs(specs))
                .compose(
                        caughtUp -> consumeCommands(new CommandIntake(mailboxes, publisher, "runner " + config.host())))
                .onComplete(done -> {
                    if (done.succeeded()) {
                        LOG.info("runner of host {} is ready", config.host());
                        ready.tryComplete();
                    } else if (done.cause() instanceof BusException e && !stopping) {
                        LOG.warn("the broker is out of reach, containers run on: {}", e.getMessage());
                        vertx.setTimer(RECONNECT.toMillis(), again -> connect(mailboxes, publisher, specs));
                    } else {
                        failed(done.cause());
                    }
                });
    }

    private Future<Void> refuseIfHeld() {
        var holders = new ArrayList<HostStatus>();
        var follower = new TopicFollower(
                vertx,
                config.bus(),
                "hosts",
                record -> {
                    if (record.key().equals(config.host().value()) && !record.isDeletion()) {
                        try {
                            holders.add(record.value(HostStatus.class));
                        } catch (UnreadableException e) {
                            LOG.warn("{} cannot be read: {}", record.position().text(), e.getMessage());
                        }
                    }
                },
                this::failed);
        return follower.follow(List.of(Topics.HOSTS.name()))
                .compose(read -> follower.close())
                .compose(closed -> {
                    HostStatus last = holders.isEmpty() ? null : holders.getLast();
                    Beating mine = beating;
                    if (last == null
                            || mine == null
                            || mine.facts.isOurs(config, last)
                            || !last.isAlive(clock.instant())) {
                        return Future.succeededFuture();
                    }
                    return Future.failedFuture(new IllegalStateException("another runner holds host " + config.host()
                            + ": pid "
                            + last.pid() + " on machine " + last.machineId() + " with runtime folder " + last.runtime()
                            + ", heard of at " + last.at()
                            + ". Stop that one first, or give this one another host name"));
                });
    }

    private Future<Set<String>> idsOnTheBroker(List<Journal.Pending> outbox) {
        var ids = new HashSet<String>();
        var first = outbox.stream().map(pending -> pending.event().at()).min(Instant::compareTo);
        if (first.isEmpty()) {
            return Future.succeededFuture(ids);
        }
        var follower = new TopicFollower(
                vertx,
                config.bus(),
                "unacknowledged",
                record -> record.header(Headers.ID).ifPresent(ids::add),
                this::failed);
        return follower.followSince(List.of(Topics.EVENTS.name()), first.get().minus(LOOK_BACK))
                .compose(read -> follower.close())
                .map(closed -> ids);
    }

    private Future<Void> followSpecs(SpecIntake specs) {
        var follower = new TopicFollower(vertx, config.bus(), "specs", specs::take, this::failed);
        toClose.add(follower::close);
        return follower.follow(List.of(Topics.specs(config.host()).name())).map(read -> {
            specs.caughtUp(clock.instant());
            return null;
        });
    }

    private Future<Void> consumeCommands(CommandIntake intake) {
        var consumer = new WatermarkConsumer(
                vertx,
                config.bus(),
                Topics.commands(config.host()).name(),
                "hatchery-runner-" + config.host(),
                intake::take,
                this::failed);
        toClose.add(consumer::close);
        return consumer.start();
    }

    private void beat() {
        tellHost(HostStatus.State.READY);
    }

    private void tellHost(HostStatus.State state) {
        if (beating != null) {
            int running = beating.mailboxes.running();
            String cgroups = beating.cgroups.layout().mode().word();
            HostStatus status =
                    beating.facts.status(config, state, "direct", cgroups, running, started, clock.instant());
            beating.publisher.publish(Message.of(
                    Topics.HOSTS.name(),
                    config.host().value(),
                    status,
                    null,
                    "/runner/" + config.host(),
                    clock.instant()));
        }
    }

    private void failed(Throwable e) {
        if (!stopping) {
            stopping = true;
            ready.tryFail(e);
            onFailure.handle(e);
        }
    }

    @Override
    public void stop() throws Exception {
        stopping = true;
        tellHost(HostStatus.State.AWAY);
        for (AutoCloseable closeable : toClose.reversed()) {
            closeable.close();
        }
    }
}
