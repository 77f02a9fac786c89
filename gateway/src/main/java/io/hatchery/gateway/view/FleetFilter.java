package io.hatchery.gateway.view;

import io.hatchery.protocol.Phase;
import io.hatchery.protocol.token.Scope;
import io.hatchery.spec.HostName;
import io.hatchery.spec.LabelSelector;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Which containers a list, a sum or a stream has.
 *
 * @param scope the scope of the principal
 * @param selector of their labels
 * @param host only of this one; null for all
 * @param phase only in this phase, as it is shown; null for all
 * @param isPublishedPhase whether the phase is the one that was published, whether or not the host is lost
 * @param outdated only those that run from another spec than the one in force, or only those that do not; null for all
 * @param text only those with this text in the name, the description or the host, in any case; null for all
 */
@RecordBuilder
public record FleetFilter(
        Scope scope,
        LabelSelector selector,
        @Nullable HostName host,
        @Nullable Phase phase,
        boolean isPublishedPhase,
        @Nullable Boolean outdated,
        @Nullable String text)
        implements FleetFilterBuilder.With {
    /** All containers. */
    public static final FleetFilter ALL = new FleetFilter(Scope.ALL, LabelSelector.ALL, null, null, false, null, null);
}
