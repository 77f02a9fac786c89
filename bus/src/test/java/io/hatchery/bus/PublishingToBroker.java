package io.hatchery.bus;

import io.hatchery.protocol.Topic;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real broker with a publisher, for a test class. */
final class PublishingToBroker {
    private static final int PATIENCE_SECONDS = 60;

    final TestBroker broker;
    final Vertx vertx = Vertx.vertx();
    final KafkaPublisher publisher;

    PublishingToBroker(Path data) throws IOException {
        broker = new TestBroker(data);
        publisher = new KafkaPublisher(vertx, broker.config(), 20_000);
    }

    void create(Topic... topics) {
        try (var setup = new TopicSetup(broker.config())) {
            setup.ensure(List.of(topics));
        }
    }

    static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    void close() throws Exception {
        done(publisher.close());
        done(vertx.close());
        broker.close();
    }
}
