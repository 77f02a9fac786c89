package io.hatchery.gateway.view;

import io.hatchery.protocol.Phase;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.LabelSelector;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Which containers a page shows, by name.
 *
 * @param selector of their labels
 * @param host only of this one; null for all
 * @param phase only in this phase, as it is shown; null for all
 * @param outdated only those that run from another spec than the one in force, or only those that do not; null for all
 * @param text only those with this text in the name, the description or the host, in any case; null for all
 * @param after only those with a later name; null for all
 * @param limit at most so many
 */
@RecordBuilder
public record ContainerQuery(
        LabelSelector selector,
        @Nullable HostName host,
        @Nullable Phase phase,
        @Nullable Boolean outdated,
        @Nullable String text,
        @Nullable ContainerName after,
        int limit)
        implements ContainerQueryBuilder.With {
    /** All containers, in pages of that many. */
    public static ContainerQuery all(int limit) {
        return new ContainerQuery(LabelSelector.ALL, null, null, null, null, null, limit);
    }
}
