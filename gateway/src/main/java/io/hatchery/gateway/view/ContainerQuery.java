package io.hatchery.gateway.view;

import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Which containers a page shows, and in which order.
 *
 * @param filter only these
 * @param order of the list
 * @param after only those behind that place of the list; null for all
 * @param limit at most so many
 */
@RecordBuilder
public record ContainerQuery(
        FleetFilter filter, ContainerOrder order, @Nullable ContainerPlace after, int limit)
        implements ContainerQueryBuilder.With {
    /** All containers by name, in pages of that many. */
    public static ContainerQuery all(int limit) {
        return new ContainerQuery(FleetFilter.ALL, ContainerOrder.BY_NAME, null, limit);
    }
}
