package io.hatchery.bus;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Which topics exist, and the ids that Kafka gave them at their creation: a topic that was deleted and created again has another. */
public final class TopicIds implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;

    private final Vertx vertx;
    private final Admin admin;

    /** Connects lazily. */
    public TopicIds(Vertx vertx, BusConfig config) {
        this.vertx = vertx;
        this.admin = Admin.create(config.admin());
    }

    /**
     * The ids of those topics that exist and that this user may read or write.
     *
     * @return completes on the context of the call; fails with {@link BusException} if the broker does not answer within 10 s
     */
    public Future<SortedMap<String, String>> existing(Collection<String> topics) {
        Promise<SortedMap<String, String>> promise = Promise.promise();
        Context context = vertx.getOrCreateContext();
        var asked = admin.describeTopics(topics, new DescribeTopicsOptions().timeoutMs(PATIENCE_MILLIS))
                .topicNameValues();
        var _ = KafkaFuture.allOf(asked.values().toArray(KafkaFuture[]::new))
                .whenComplete((all, e) -> context.runOnContext(done -> {
                    try {
                        promise.complete(ids(asked));
                    } catch (BusException failure) {
                        promise.fail(failure);
                    }
                }));
        return promise.future();
    }

    private static SortedMap<String, String> ids(Map<String, KafkaFuture<TopicDescription>> answered) {
        var ids = new TreeMap<String, String>();
        answered.forEach((topic, future) -> {
            try {
                ids.put(topic, future.get().topicId().toString());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)
                        && !(e.getCause() instanceof InvalidTopicException)
                        && !(e.getCause() instanceof TopicAuthorizationException)) {
                    throw new BusException("cannot describe topic " + topic, e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new BusException("interrupted", e);
            }
        });
        return ids;
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
