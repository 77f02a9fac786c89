package io.hatchery.config;

import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Headers;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The confirmations of removals by hosts. */
final class RemovalConfirmations {
    /** Maximum number of remembered containers; the oldest confirmations are forgotten first. */
    static final int MAX_CONTAINERS = 100_000;

    /** Maximum number of remembered removals per container and host. */
    static final int MAX_REMOVALS = 16;

    /**
     * @param source the {@code ce_source} of the last confirmation; empty if a status came after it
     */
    private record Confirmed(String source, Deque<ConfirmedRemoval> removals) {}

    /**
     * A removal that was confirmed.
     *
     * @param signer the host that signed the confirmation; empty if records are not signed
     */
    private record ConfirmedRemoval(String operation, String signer) {}

    private final Map<ContainerName, Confirmed> byContainer = new LinkedHashMap<>();

    /** Folds the tombstone of a status, with which a host confirms a removal. */
    void confirm(ContainerName container, BusRecord deletion) {
        Confirmed before = byContainer.remove(container);
        Deque<ConfirmedRemoval> removals = before == null ? new ArrayDeque<>() : before.removals();
        String signer = deletion.signer().orElse("");
        deletion.header(Headers.OPERATION)
                .ifPresent(operation -> removals.add(new ConfirmedRemoval(operation, signer)));
        // The oldest of the same host: no host makes the confirmations of another be forgotten.
        if (removals.stream().filter(one -> one.signer().equals(signer)).count() > MAX_REMOVALS) {
            removals.removeFirstOccurrence(removals.stream()
                    .filter(one -> one.signer().equals(signer))
                    .findFirst()
                    .orElseThrow());
        }
        byContainer.put(container, new Confirmed(deletion.header(Headers.SOURCE).orElse(""), removals));
        if (byContainer.size() > MAX_CONTAINERS) {
            byContainer.remove(byContainer.keySet().iterator().next());
        }
    }

    /** Folds a status: its host has the container, whatever another host confirmed before. */
    void contradict(ContainerName container) {
        Confirmed before = byContainer.get(container);
        if (before != null) {
            byContainer.put(container, new Confirmed("", before.removals()));
        }
    }

    /** Takes the host whose tombstone is the latest record of the container's status; null if there is none. */
    @Nullable
    String takeLastSource(ContainerName container) {
        Confirmed last = byContainer.get(container);
        if (last == null || last.source().isEmpty()) {
            return null;
        }
        byContainer.put(container, new Confirmed("", last.removals()));
        return last.source();
    }

    /** Whether a host has confirmed a removal. */
    boolean isConfirmed(ContainerName container, CommandId removal, HostName host) {
        Confirmed confirmed = byContainer.get(container);
        return confirmed != null
                && confirmed.removals().stream()
                        .filter(one -> one.operation().equals(removal.value()))
                        .anyMatch(one -> one.signer().isEmpty() || one.signer().equals(host.value()));
    }

    /** Forgets the removals of a container. */
    void settle(ContainerName container) {
        Confirmed confirmed = byContainer.get(container);
        if (confirmed != null) {
            confirmed.removals().clear();
        }
    }
}
