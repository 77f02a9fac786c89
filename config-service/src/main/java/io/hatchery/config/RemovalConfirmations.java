package io.hatchery.config;

import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Headers;
import io.hatchery.spec.ContainerName;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What hosts say when they have removed containers: who said it last, and which removals are confirmed. */
final class RemovalConfirmations {
    /** How many containers are remembered; those that were confirmed longest ago are forgotten first. */
    static final int MAX_CONTAINERS = 100_000;

    /** How many removals of a container are remembered. */
    static final int MAX_REMOVALS = 16;

    private record Confirmed(String source, Deque<String> removals) {}

    private final Map<ContainerName, Confirmed> byContainer = new LinkedHashMap<>();

    /** A status was deleted, which is how a host confirms a removal. */
    void confirm(ContainerName container, BusRecord deletion) {
        Confirmed before = byContainer.remove(container);
        Deque<String> removals = before == null ? new ArrayDeque<>() : before.removals();
        deletion.header(Headers.OPERATION).ifPresent(removals::add);
        if (removals.size() > MAX_REMOVALS) {
            removals.remove();
        }
        byContainer.put(container, new Confirmed(deletion.header(Headers.SOURCE).orElse(""), removals));
        if (byContainer.size() > MAX_CONTAINERS) {
            byContainer.remove(byContainer.keySet().iterator().next());
        }
    }

    /** A status was written: its host has the container, whatever another said of it before. */
    void contradict(ContainerName container) {
        Confirmed before = byContainer.get(container);
        if (before != null) {
            byContainer.put(container, new Confirmed("", before.removals()));
        }
    }

    /** Who deleted the container's status, if that was the last that was said of it, once; null if nobody. */
    @Nullable
    String takeLastSource(ContainerName container) {
        Confirmed last = byContainer.get(container);
        if (last == null || last.source().isEmpty()) {
            return null;
        }
        byContainer.put(container, new Confirmed("", last.removals()));
        return last.source();
    }

    boolean isConfirmed(ContainerName container, CommandId removal) {
        Confirmed confirmed = byContainer.get(container);
        return confirmed != null && confirmed.removals().contains(removal.value());
    }

    /** No removal of the container is waited for. */
    void settle(ContainerName container) {
        Confirmed confirmed = byContainer.get(container);
        if (confirmed != null) {
            confirmed.removals().clear();
        }
    }
}
