package io.hatchery.gateway.stream;

import io.hatchery.spec.ContainerName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The subscriptions, so that a change of one container does not look at those that watch another one. */
final class Watchers {
    private final Map<ContainerName, Set<StreamSubscription>> ofContainer = new HashMap<>();
    private final Set<StreamSubscription> ofMany = new LinkedHashSet<>();
    private int size;

    void add(StreamSubscription watcher) {
        ContainerName container = watcher.filter().container();
        Set<StreamSubscription> set =
                container == null ? ofMany : ofContainer.computeIfAbsent(container, any -> new HashSet<>());
        if (set.add(watcher)) {
            size++;
        }
    }

    void remove(StreamSubscription watcher) {
        ContainerName container = watcher.filter().container();
        Set<StreamSubscription> set = container == null ? ofMany : ofContainer.getOrDefault(container, Set.of());
        if (set.contains(watcher)) {
            set.remove(watcher);
            size--;
            if (container != null && set.isEmpty()) {
                ofContainer.remove(container);
            }
        }
    }

    int size() {
        return size;
    }

    /** A copy of all. */
    List<StreamSubscription> all() {
        var all = new ArrayList<>(ofMany);
        ofContainer.values().forEach(all::addAll);
        return all;
    }

    /** Those that may see a change of a container, or of a host for null. */
    void of(@Nullable ContainerName container, Consumer<StreamSubscription> action) {
        ofMany.forEach(action);
        if (container != null) {
            ofContainer.getOrDefault(container, Set.of()).forEach(action);
        }
    }
}
