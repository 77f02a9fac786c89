package io.hatchery.gateway.view;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which operations a list shows, and from where on; null is any.
 *
 * @param container of that container
 * @param host on that host
 * @param state in that state
 * @param command with that command
 * @param after only what comes behind that place of the list
 */
public record OperationQuery(
        @Nullable ContainerName container,
        @Nullable HostName host,
        @Nullable OperationState state,
        @Nullable Verb command,
        @Nullable PagePosition after) {
    /**
     * A place in the list, which is in the order of submission, the newest first. It stays where it is when operations are
     * added or forgotten, so pages that follow each other have every operation once. To clients it is opaque.
     */
    public record PagePosition(
            @JsonProperty("t") Instant submitted,
            @JsonProperty("i") CommandId id) {
        static final Comparator<PagePosition> ORDER =
                Comparator.comparing(PagePosition::submitted).reversed().thenComparing(PagePosition::id);

        /** The place of that operation. */
        public static PagePosition of(Operation operation) {
            return new PagePosition(operation.submitted(), operation.id());
        }

        /** As it is given to clients. */
        public String text() {
            return OpaqueToken.of(this);
        }

        /**
         * Reads what {@link #text} wrote.
         *
         * @throws IllegalArgumentException if it is something else
         */
        public static PagePosition parse(String text) {
            return OpaqueToken.parse(text, PagePosition.class, "give the next of a page, as it was received");
        }
    }

    /** Those of a container, of a host, or of both; all for null. */
    public static OperationQuery of(@Nullable ContainerName container, @Nullable HostName host) {
        return new OperationQuery(container, host, null, null, null);
    }

    /** Those of them that are pending. */
    public OperationQuery pending() {
        return new OperationQuery(container, host, OperationState.PENDING, command, after);
    }

    /** The first of these operations that the list shows, in its order; holds no more than that many. */
    public Stream<Operation> first(int count, Stream<Operation> operations) {
        var first = new PriorityQueue<>(Comparator.comparing(PagePosition::of, PagePosition.ORDER.reversed()));
        operations.filter(this::admits).forEach(operation -> {
            first.add(operation);
            if (first.size() > count) {
                first.remove();
            }
        });
        return first.stream().sorted(Comparator.comparing(PagePosition::of, PagePosition.ORDER));
    }

    private boolean admits(Operation operation) {
        return (container == null || container.equals(operation.container()))
                && (host == null || host.equals(operation.host()))
                && (state == null || state == operation.outcome())
                && (command == null || command == operation.command())
                && (after == null || PagePosition.ORDER.compare(PagePosition.of(operation), after) > 0);
    }
}
