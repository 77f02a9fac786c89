package io.hatchery.runner.simulation;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.KafkaPublisher;
import io.hatchery.bus.Message;
import io.hatchery.bus.Position;
import io.hatchery.bus.Publisher;
import io.hatchery.protocol.Topics;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** An idempotent producer of one process: in order, once each, however often it has to try. */
final class SimulatedPublisher implements Publisher {
    private static final long SOONEST = 300;
    private static final long LATEST = 30_000;
    /** How long a producer waits for a topic's metadata: {@code max.block.ms}. */
    private static final long METADATA_TIMEOUT = 60_000_000;

    private final World world;
    private final SimulatedKafka kafka;
    private final World.Actor process;
    private final Edge edge;
    private final Mutation mutation;
    private final Deque<Sending> underWay = new ArrayDeque<>();
    /** When the last acknowledgement is heard: they come in the order of the records. */
    private long acknowledging;

    private final long patience;
    private final BooleanSupplier away;

    private static final class Sending {
        final ProducerRecord<byte[], byte[]> record;
        final long since;
        final Promise<Position> promise = Promise.promise();

        Sending(ProducerRecord<byte[], byte[]> record, long since) {
            this.record = record;
            this.since = since;
        }
    }

    /**
     * @param patience how long it tries, in milliseconds
     * @param away whether the broker is, for this process
     */
    SimulatedPublisher(
            World world,
            SimulatedKafka kafka,
            World.Actor process,
            Edge edge,
            Mutation mutation,
            int patience,
            BooleanSupplier away) {
        this.world = world;
        this.kafka = kafka;
        this.process = process;
        this.edge = edge;
        this.mutation = mutation;
        this.patience = patience * 1000L;
        this.away = away;
    }

    private long latency() {
        return world.between(SOONEST, LATEST);
    }

    @Override
    public Future<Position> publish(Message message) {
        return send(message.toRecord(SimulatedKafka.SHARED_PARTITIONS));
    }

    @Override
    public Future<Position> sendToDeadLetter(BusRecord record, String reader, String reason) {
        return mutation == Mutation.NOTHING_BURIED
                ? Future.succeededFuture(record.position())
                : send(KafkaPublisher.deadLetter(record, reader, reason));
    }

    private Future<Position> send(ProducerRecord<byte[], byte[]> record) {
        edge.before("produce to " + record.topic());
        var sending = new Sending(record, world.now());
        if (SimulatedKafka.isTooLarge(record)) {
            return Future.failedFuture(new RecordTooLargeException("larger than max.message.bytes"));
        }
        if (mutation == Mutation.STATUS_NOT_THE_LATEST && record.topic().equals(Topics.STATUS.name())) {
            world.after(4 * latency(), process, "", () -> kafka.append(record, 0));
            return Future.succeededFuture(new Position(record.topic(), 0, 0));
        }
        underWay.add(sending);
        world.after(latency(), process, "", this::land);
        edge.afterwards("produce to " + record.topic());
        return sending.promise.future();
    }

    private void land() {
        if (away.getAsBoolean() && !isGivenUp(underWay.peek())) {
            world.after(Duration.ofSeconds(1), process, "", this::land);
            return;
        }
        Sending sending = underWay.poll();
        if (sending == null) {
            return;
        }
        if (away.getAsBoolean() || world.happens(Fault.PRODUCE_TIMED_OUT)) {
            fail(sending); // what came after it may be written nevertheless
            return;
        }
        ConsumerRecord<byte[], byte[]> written = kafka.append(sending.record, 0);
        if (world.happens(Fault.PRODUCE_TIMED_OUT_AND_LANDED)) {
            fail(sending);
            return;
        }
        var position = new Position(written.topic(), written.partition(), written.offset());
        acknowledging = Math.max(acknowledging + 1, world.now() + latency());
        world.after(
                acknowledging - world.now(),
                process,
                "hears that " + position.text() + " is written",
                () -> sending.promise.complete(position));
    }

    /** A producer waits for the metadata of an idle topic for a minute only, however patient it is otherwise. */
    private boolean isGivenUp(@Nullable Sending sending) {
        long waited = sending == null ? 0 : world.now() - sending.since;
        return waited > patience || waited > METADATA_TIMEOUT && world.happens(Fault.METADATA_TIMED_OUT);
    }

    private void fail(Sending sending) {
        world.after(
                latency(),
                process,
                "hears that a write has timed out",
                () -> sending.promise.fail(new TimeoutException("it took too long")));
    }

    /** What was on its way when the process ended is there or not, but never a later record without an earlier one. */
    void processEnded() {
        int landing = away.getAsBoolean() ? 0 : world.random.nextInt(underWay.size() + 1);
        for (int i = 0; i < landing; i++) {
            kafka.append(underWay.remove().record, 0);
        }
        underWay.clear();
    }
}
