package io.hatchery.runner.service;

import io.hatchery.bus.Message;
import io.hatchery.bus.Publisher;
import io.vertx.core.Handler;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Publishes what only matters in its latest form. While the broker is away the newest message of each key waits, and no more.
 */
final class LatestPublisher {
    private final Publisher publisher;
    private final Handler<Throwable> onFailure;
    private final Map<String, Message> waiting = new HashMap<>();
    private final Set<String> underWay = new HashSet<>();

    LatestPublisher(Publisher publisher, Handler<Throwable> onFailure) {
        this.publisher = publisher;
        this.onFailure = onFailure;
    }

    void publish(Message message) {
        waiting.put(message.key(), message);
        send(message.key());
    }

    private void send(String key) {
        if (underWay.contains(key)) {
            return;
        }
        Message message = waiting.remove(key);
        if (message == null) {
            return;
        }
        underWay.add(key);
        publisher.publish(message).onComplete(done -> {
            underWay.remove(key);
            if (done.failed()) {
                onFailure.handle(done.cause());
            } else {
                send(key);
            }
        });
    }
}
