package io.hatchery.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that is away for longer than every time-out and metadata age of its clients, here shortened to seconds. */
@Tag("kafka")
class OutageTest {
    private static final Topic COMMANDS = Topics.commands(new HostName("outage"));
    private static final String EVENTS = Topics.EVENTS.name();
    /** The least that Kafka allows for {@code metadata.max.idle.ms}. */
    private static final Duration METADATA_IDLE = Duration.ofSeconds(5);

    @TempDir
    Path data;

    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private TestBroker broker;
    private BusConfig config;
    private Vertx vertx;
    private KafkaBus bus;

    @BeforeEach
    void start() throws Exception {
        broker = new TestBroker(data);
        var client = new HashMap<>(broker.config().client());
        client.put("metadata.max.idle.ms", Long.toString(METADATA_IDLE.toMillis()));
        client.put("metadata.max.age.ms", "1000");
        client.put("max.block.ms", "1500");
        client.put("default.api.timeout.ms", "2000");
        client.put("request.timeout.ms", "1000");
        config = new BusConfig(client, 3, (short) 1);
        vertx = Vertx.vertx();
        bus = new KafkaBus(vertx, config);
        done(bus.ensure(List.of(Topics.EVENTS, Topics.STATUS, COMMANDS)));
    }

    @AfterEach
    void stop() throws Exception {
        done(vertx.close());
        broker.close();
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static Message event(int number) {
        return Message.of(EVENTS, "web", Map.of("n", number), "event-" + number, "test", Instant.now());
    }

    private void later(Duration delay, Runnable task) {
        vertx.setTimer(delay.toMillis(), timer -> task.run());
    }

    private List<String> idsOnTheBroker() throws Exception {
        var ids = new CopyOnWriteArrayList<String>();
        Follower follower = bus.follower("check", record -> ids.add(record.id()), failures::add);
        done(follower.follow(List.of(EVENTS)));
        done(follower.close());
        return ids;
    }

    @Test
    void retryingPublisherWritesEachEventOnceAndInOrderAfterTheOutage() throws Exception {
        var publisher = new RetryingPublisher(bus, this::later, EVENTS);
        var impatient = new KafkaPublisher(vertx, config, Integer.MAX_VALUE);
        publisher.beginAt(done(bus.ends(EVENTS)));
        done(publisher.publish(event(0)));
        // The topic is idle until its metadata has been forgotten.
        Instant idle = Instant.now().plus(METADATA_IDLE.plusSeconds(2));
        await().atMost(30, TimeUnit.SECONDS).until(() -> Instant.now().isAfter(idle));
        broker.close();
        var written = new ArrayList<Future<Position>>();
        Future<Position> all = publisher.publish(event(1));
        written.add(all);
        for (int i = 2; i < 20; i++) {
            int number = i;
            all = all.compose(before -> publisher.publish(event(number)));
            written.add(all);
        }
        assertThatThrownBy(() -> done(impatient.publish(event(100))))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(TimeoutException.class);
        Instant enough = Instant.now().plusSeconds(5);
        await().atMost(30, TimeUnit.SECONDS).until(() -> Instant.now().isAfter(enough));
        assertThat(written).noneMatch(Future::isComplete);
        broker.restart();
        done(all);
        assertThat(idsOnTheBroker())
                .containsExactlyElementsOf(
                        IntStream.range(0, 20).mapToObj(n -> "event-" + n).toList());
        assertThat(failures).isEmpty();
        done(impatient.close());
    }

    @Test
    void retryingPublisherDoesNotRepeatAnEventThatArrivedAlthoughItsWriteFailed() throws Exception {
        var failsOnce = new FailsOnce(bus);
        var publisher = new RetryingPublisher(failsOnce, this::later, EVENTS);
        publisher.beginAt(done(bus.ends(EVENTS)));
        Position first = done(publisher.publish(event(0)));
        done(publisher.publish(event(1)));
        assertThat(first.offset()).isZero();
        assertThat(idsOnTheBroker()).containsExactly("event-0", "event-1");
        assertThat(failures).isEmpty();
    }

    @Test
    void readersGoOnAfterTheOutage() throws Exception {
        var events = new CopyOnWriteArrayList<String>();
        Follower follower = bus.follower("events", record -> events.add(record.id()), failures::add);
        done(follower.follow(List.of(EVENTS)));
        var commands = new CopyOnWriteArrayList<Long>();
        var consumer = new WatermarkConsumer(
                bus.partition(COMMANDS.name(), "outage", failures::add),
                record -> {
                    commands.add(record.offset());
                    return Future.succeededFuture();
                },
                failures::add);
        done(consumer.start());
        var publisher = new KafkaPublisher(vertx, config, 20_000);
        done(publisher.publish(Message.of(COMMANDS.name(), "web", Map.of(), null, "test", Instant.now())));
        await().atMost(30, TimeUnit.SECONDS).until(() -> commands.size() == 1);
        broker.close();
        Instant enough = Instant.now().plus(METADATA_IDLE.plusSeconds(2));
        await().atMost(30, TimeUnit.SECONDS).until(() -> Instant.now().isAfter(enough));
        broker.restart();
        done(new RetryingPublisher(bus, this::later, EVENTS).publish(event(0)));
        done(new RetryingPublisher(bus, this::later, EVENTS)
                .publish(Message.of(COMMANDS.name(), "web", Map.of(), null, "test", Instant.now())));
        await().atMost(30, TimeUnit.SECONDS).until(() -> commands.equals(List.of(0L, 1L)));
        await().atMost(30, TimeUnit.SECONDS).until(() -> events.equals(List.of("event-0")));
        assertThat(failures).isEmpty();
        done(follower.close());
        done(consumer.close());
        done(publisher.close());
    }

    @Test
    void refusedCredentialsAreTriedAgain() throws Exception {
        var events = new CopyOnWriteArrayList<String>();
        Follower follower = bus.follower("events", record -> events.add(record.id()), failures::add);
        done(follower.follow(List.of(EVENTS)));
        var publisher = new RetryingPublisher(bus, this::later, EVENTS);
        publisher.beginAt(done(bus.ends(EVENTS)));
        broker.close();
        broker.restartWithOtherCredentials();
        Future<Position> refused = publisher.publish(event(0));
        Instant enough = Instant.now().plusSeconds(4);
        await().atMost(30, TimeUnit.SECONDS).until(() -> Instant.now().isAfter(enough));
        assertThat(refused.isComplete()).isFalse();
        broker.close();
        broker.restart();
        done(refused);
        await().atMost(30, TimeUnit.SECONDS).until(() -> events.equals(List.of("event-0")));
        assertThat(failures).isEmpty();
        done(follower.close());
    }

    /** A bus whose first write arrives and is reported as failed. */
    private record FailsOnce(Bus bus, AtomicInteger writes) implements Bus {
        FailsOnce(Bus bus) {
            this(bus, new AtomicInteger());
        }

        @Override
        public Future<Void> ensure(Collection<Topic> topics) {
            return bus.ensure(topics);
        }

        @Override
        public Future<PartitionExtent> extent(String topic) {
            return bus.extent(topic);
        }

        @Override
        public Future<Map<Integer, Long>> ends(String topic) {
            return bus.ends(topic);
        }

        @Override
        public Publisher publisher(int patience) {
            Publisher real = bus.publisher(patience);
            return new Publisher() {
                @Override
                public Future<Position> publish(Message message) {
                    return real.publish(message)
                            .compose(position -> writes.getAndIncrement() == 0
                                    ? Future.failedFuture(new TimeoutException("on purpose"))
                                    : Future.succeededFuture(position));
                }

                @Override
                public Future<Position> sendToDeadLetter(BusRecord record, String reader, String reason) {
                    return real.sendToDeadLetter(record, reader, reason);
                }
            };
        }

        @Override
        public Follower follower(String name, Handler<BusRecord> onRecord, Handler<Throwable> onFailure) {
            return bus.follower(name, onRecord, onFailure);
        }

        @Override
        public PartitionReader partition(String topic, String group, Handler<Throwable> onFailure) {
            return bus.partition(topic, group, onFailure);
        }
    }
}
