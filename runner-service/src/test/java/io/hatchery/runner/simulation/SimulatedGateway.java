package io.hatchery.runner.simulation;

import io.hatchery.bus.BusException;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Follower;
import io.hatchery.bus.Offsets;
import io.hatchery.gateway.FleetFold;
import io.hatchery.gateway.RestoredFleet;
import io.hatchery.gateway.read.DirectReader;
import io.hatchery.gateway.store.FleetDatabase;
import io.hatchery.gateway.stream.Streams;
import io.hatchery.gateway.view.Operation;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Topics;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** One of the gateways: folds every topic, serves the stream's clients, and is started again when it was killed. */
final class SimulatedGateway {
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration CLEAN_UP = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final int CHUNK = 20;
    private static final int PATIENCE_MILLIS = 10_000;

    private final World world;
    private final SimulatedKafka kafka;
    private final List<String> commandTopics;
    private final String name;
    private final Mutation mutation;
    private final List<Runnable> onDeath = new ArrayList<>();
    private World.Actor process;
    private @Nullable FleetFold fold;
    private Map<TopicPartition, Long> positions = new HashMap<>();
    private Set<String> ended = new HashSet<>();
    private boolean ready;
    private long deafUntil = -1;

    SimulatedGateway(World world, SimulatedKafka kafka, List<String> commandTopics, String name, Mutation mutation) {
        this.world = world;
        this.kafka = kafka;
        this.commandTopics = commandTopics;
        this.name = name;
        this.mutation = mutation;
        this.process = new World.Actor(name);
    }

    void start() {
        World.Actor mine = new World.Actor(name);
        process = mine;
        positions = new HashMap<>();
        ended = new HashSet<>();
        ready = false;
        mine.onDeath(() -> {
            ready = false;
            fold = null;
            List.copyOf(onDeath).forEach(Runnable::run);
            onDeath.clear();
            world.after(world.between(100_000, 20_000_000), null, "", this::start);
        });
        var edge = new Edge(world, mine, Fault.GATEWAY_KILLED_AT_AN_EDGE);
        var bus = new SimulatedBus(world, kafka, mine, edge, Mutation.NONE);
        mine.onDeath(bus::processEnded);
        var restored = RestoredFleet.of(FleetDatabase.inMemory(), world.instant());
        var mineFold = new FleetFold(
                restored,
                new DirectReader(restored.projection()),
                bus.publisher(PATIENCE_MILLIS),
                replay(mine),
                SimulatedKafka.SHARED_PARTITIONS,
                new SimulatedClock(world, () -> Duration.ZERO));
        mine.onDeath(() -> restored.projection().database().close());
        fold = mineFold;
        ids().forEach(mineFold::follow);
        Follower follower = bus.follower(name, record -> take(mineFold, record), e -> mine.die());
        Instant began = world.instant();
        retried(mine, () -> follower.follow(topics()))
                .compose(read -> retried(mine, () -> follower.follow(commandTopics)))
                .onSuccess(read -> serve(mine, mineFold, began));
    }

    private List<String> topics() {
        return FleetFold.TOPICS.stream()
                .filter(topic -> mutation != Mutation.GATEWAY_KNOWS_ITS_OWN_DELETIONS_ONLY
                        || !topic.equals(Topics.DEFINITIONS.name()))
                .toList();
    }

    private <T> Future<T> retried(World.Actor mine, Supplier<Future<T>> action) {
        return action.get().recover(e -> {
            Promise<T> later = Promise.promise();
            world.after(RETRY, mine, "", () -> retried(mine, action).onComplete(later));
            return later.future();
        });
    }

    private void serve(World.Actor mine, FleetFold mineFold, Instant began) {
        mineFold.begin(ids(), offsets(), began);
        ready = true;
        world.note(name + " is ready");
        every(mine, TICK, mineFold::tick);
        every(mine, CLEAN_UP, mineFold::cleanUp);
    }

    private void every(World.Actor mine, Duration interval, Runnable work) {
        world.after(interval, mine, "", () -> {
            work.run();
            every(mine, interval, work);
        });
    }

    private SortedMap<String, String> ids() {
        var ids = new TreeMap<String, String>();
        Streams.TOPICS.forEach(topic -> ids.put(topic, kafka.topicId(topic)));
        return ids;
    }

    private Offsets offsets() {
        var offsets = new TreeMap<String, List<Long>>();
        for (String topic : Streams.TOPICS) {
            offsets.put(
                    topic,
                    kafka.logs(topic).stream()
                            .map(log -> positions.getOrDefault(log.name, 0L))
                            .toList());
        }
        return new Offsets(offsets);
    }

    private void take(FleetFold mineFold, BusRecord record) {
        positions.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
        if (isLost(mineFold, record)) {
            return;
        }
        var _ = mineFold.take(record);
        watch(mineFold, record);
    }

    /** What the bug of this run keeps from being folded. */
    private boolean isLost(FleetFold mineFold, BusRecord record) {
        if (mutation == Mutation.GATEWAY_LOSES_THE_REST_OF_A_BATCH) {
            boolean isLost = world.now() == deafUntil;
            deafUntil = GatewayChecks.isReadable(record) ? deafUntil : world.now();
            return isLost;
        }
        return mutation == Mutation.GATEWAY_FORGETS_OUTCOMES_BEFORE_COMMANDS
                && GatewayChecks.event(record) instanceof FleetEvent.Ended e
                && mineFold.read(view -> view.operation(e.id())).isEmpty();
    }

    /** An operation that has ended, as this process has read, never returns to pending. */
    private void watch(FleetFold mineFold, BusRecord record) {
        FleetEvent event = GatewayChecks.event(record);
        if (event instanceof FleetEvent.Ended end) {
            ended.add(end.id().value());
        }
        String id = event instanceof FleetEvent.Accepted a ? a.id().value() : record.id();
        if (ended.contains(id)) {
            var shown = mineFold.read(view -> view.operation(new CommandId(id)));
            world.check(
                    shown.filter(Operation::isPending).isEmpty(),
                    () -> "an operation that has ended is pending at " + name + " again: " + shown);
        }
    }

    private Streams.Replay replay(World.Actor mine) {
        return (from, to, onRecord) -> {
            var reading = new Replaying(mine, from, to, onRecord);
            if (mutation == Mutation.GATEWAY_SAYS_SYNCED_BEFORE_THE_REPLAY) {
                world.after(0, mine, "", reading::next);
                return Future.succeededFuture(to);
            }
            world.after(world.between(300, 30_000), mine, "", reading::next);
            return reading.done.future();
        };
    }

    private final class Replaying {
        private final World.Actor mine;
        private final Offsets to;
        private final Predicate<BusRecord> onRecord;
        private final Promise<Offsets> done = Promise.promise();
        private final Map<TopicPartition, Long> at = new HashMap<>();
        private Offsets read;

        Replaying(World.Actor mine, Offsets from, Offsets to, Predicate<BusRecord> onRecord) {
            this.mine = mine;
            this.read = from;
            this.to = to;
            this.onRecord = onRecord;
            from.next().forEach((topic, offsets) -> {
                for (int i = 0; i < offsets.size(); i++) {
                    at.put(new TopicPartition(topic, i), offsets.get(i));
                }
            });
        }

        void next() {
            if (kafka.isAway()) {
                done.tryFail(new BusException("the broker does not answer"));
                return;
            }
            boolean more = false;
            for (var position : at.entrySet()) {
                for (var raw : kafka.read(position.getKey(), position.getValue(), CHUNK)) {
                    var record = new BusRecord(raw);
                    position.setValue(record.offset() + 1);
                    if (to.hasRead(record)) {
                        more = true;
                        read = read.after(record);
                        if (!hand(record)) {
                            done.tryComplete(read);
                            return;
                        }
                    }
                }
            }
            if (more) {
                world.after(world.between(300, 30_000), mine, "", this::next);
            } else {
                done.tryComplete(to);
            }
        }

        private boolean hand(BusRecord record) {
            return mutation == Mutation.GATEWAY_REPLAYS_NO_DELETIONS && record.isDeletion() || onRecord.test(record);
        }
    }

    /** The gateway as a client meets it; null while it is not ready. */
    @Nullable
    FleetFold serving() {
        return ready ? fold : null;
    }

    /** Runs something when this process ends. */
    void onDeath(Runnable work) {
        onDeath.add(work);
    }

    void forget(Runnable work) {
        onDeath.remove(work);
    }

    String name() {
        return name;
    }

    void kill() {
        world.note("-- " + name + " is killed");
        process.die();
    }
}
