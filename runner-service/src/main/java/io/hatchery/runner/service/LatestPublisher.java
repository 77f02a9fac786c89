package io.hatchery.runner.service;

import io.hatchery.bus.Message;
import io.hatchery.bus.Publisher;
import io.vertx.core.Handler;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Publishes the latest message of each key. While one is being sent, only the newest later one waits.
 */
final class LatestPublisher {
    private final Publisher publisher;
    private final Handler<Throwable> onFailure;
    private final Map<String, PendingPublish> waiting = new HashMap<>();
    private final Set<String> underWay = new HashSet<>();

    private record PendingPublish(Message message, Runnable written) {}

    /**
     * @param onFailure is called when the publisher drops a message
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
     * @param written runs when the broker has the message
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
