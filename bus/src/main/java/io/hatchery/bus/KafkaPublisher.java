package io.hatchery.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.producer.KafkaProducer;
import java.util.HashMap;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Writes to Kafka, in the order of the calls for any one key. */
public final class KafkaPublisher implements Publisher {
    private final KafkaProducer<byte[], byte[]> producer;

    /**
     * @param patience how long to try, in milliseconds
     */
    public KafkaPublisher(Vertx vertx, BusConfig config, int patience) {
        var settings = new HashMap<String, String>();
        config.producer(patience).forEach((k, v) -> settings.put(k, String.valueOf(v)));
        this.producer = KafkaProducer.create(vertx, settings);
    }

    @Override
    public Future<Position> publish(Message message) {
        return send(message.toRecord());
    }

    @Override
    public Future<Position> bury(BusRecord record, String reader, String reason) {
        return send(deadLetter(record, reader, reason));
    }

    /** The dead letter for a record. */
    public static ProducerRecord<byte[], byte[]> deadLetter(BusRecord record, String reader, String reason) {
        return DeadLetter.of(record, reader, reason);
    }

    private Future<Position> send(ProducerRecord<byte[], byte[]> record) {
        return producer.asStream()
                .send(record)
                .map(metadata -> new Position(metadata.topic(), metadata.partition(), metadata.offset()));
    }

    /** Ends the connection after what is under way. */
    public Future<Void> close() {
        return producer.close();
    }
}
