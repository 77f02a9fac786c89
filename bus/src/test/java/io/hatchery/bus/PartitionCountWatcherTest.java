package io.hatchery.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.protocol.Topics;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kafka")
final class PartitionCountWatcherTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration INTERVAL = Duration.ofMillis(50);

    @TempDir
    Path data;

    @Test
    void topicThatIsMadeAnewWithFewerPartitionsFailsItsService() throws Exception {
        var failures = new CopyOnWriteArrayList<Throwable>();
        Vertx vertx = Vertx.vertx();
        try (var broker = new TestBroker(data);
                var admin = Admin.create(broker.config().admin())) {
            try (var topics = new TopicSetup(broker.config())) {
                topics.ensure(Topics.ofTheFleet());
            }
            PartitionCountWatcher.start(vertx, broker.config(), INTERVAL, failures::add);
            String status = Topics.STATUS.name();
            admin.deleteTopics(List.of(status)).all().get();
            var fewer = new BusConfig(broker.config().client(), 1, (short) 1);
            await().atMost(SOON).ignoreExceptions().untilAsserted(() -> {
                try (var topics = new TopicSetup(fewer)) {
                    topics.ensure(List.of(Topics.STATUS));
                }
                assertThat(admin.describeTopics(List.of(status))
                                .allTopicNames()
                                .get()
                                .get(status)
                                .partitions())
                        .hasSize(1);
            });
            await().atMost(SOON).until(() -> !failures.isEmpty());
            assertThat(failures)
                    .allSatisfy(e -> assertThat(e)
                            .isInstanceOf(TopicMismatchException.class)
                            .hasMessageContaining("topic " + status + " has 1 partitions"));
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }
}
