package io.hatchery.runner.service;

import io.hatchery.bus.Message;
import io.hatchery.bus.Publisher;
import io.vertx.core.Handler;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Publishes what only matters in its latest form. While a message of a key is under way the newest one after it waits, and no more.
 */
final class LatestPublisher {
    private final Publisher publisher;
    private final Handler<Throwable> onFailure;
    private final Map<String, PendingPublish> waiting = new HashMap<>();
    private final Set<String> underWay = new HashSet<>();

    private record PendingPublish(Message message, Runnable written) {}

    /**
     * @param onFailure is called when the publisher has given a message up, which is then dropped
     */
    LatestPublisher(Publisher publisher, Handler<Throwable> onFailure) {
        this.publisher = publisher;
        this.onFailure = onFailure;
    }

    void publish(Message message) {
        publish(message, () -> {});
    }

    /**
     * Publishes a message unless a newer one of its key comes before that.
     *
     * @param written is run once it is on the broker
     */
    void publish(Message message, Runnable written) {
        waiting.put(message.key(), new PendingPublish(message, written));
        send(message.key());
    }

    private void send(String key) {
        if (underWay.contains(key)) {
            return;
        }
        PendingPublish next = waiting.remove(key);
        if (next == null) {
            return;
        }
        underWay.add(key);
        publisher.publish(next.message).onComplete(done -> {
            underWay.remove(key);
            if (done.failed()) {
                onFailure.handle(done.cause());
            } else {
                next.written.run();
            }
            send(key);
        });
    }
}
