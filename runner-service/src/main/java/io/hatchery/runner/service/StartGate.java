package io.hatchery.runner.service;

import io.hatchery.spec.ContainerName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Limits the number of containers that start at the same time, in the order of their requests, so that no start times out on a host
 * that starts a hundred.
 */
final class StartGate {
    private final int most;
    private final Set<ContainerName> inside = new HashSet<>();
    private final SequencedMap<ContainerName, Promise<Void>> waiting = new LinkedHashMap<>();

    StartGate(int most) {
        this.most = most;
    }

    /** Completes when the container may start. */
    Future<Void> enter(ContainerName container) {
        if (inside.contains(container) || inside.size() < most) {
            inside.add(container);
            return Future.succeededFuture();
        }
        return waiting.computeIfAbsent(container, c -> Promise.promise()).future();
    }

    /** The container no longer starts; without effect if it did not. */
    void leave(ContainerName container) {
        waiting.remove(container);
        if (inside.remove(container)) {
            var next = waiting.pollFirstEntry();
            if (next != null) {
                inside.add(next.getKey());
                next.getValue().complete();
            }
        }
    }
}
