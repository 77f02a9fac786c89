package io.hatchery.gateway.stream;

import io.hatchery.gateway.view.ContainerTraits;
import io.hatchery.gateway.view.FleetFilter;
import io.hatchery.gateway.view.ScopedChange;
import io.hatchery.gateway.view.StreamChange;
import io.hatchery.protocol.Phase;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.LabelSelector;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client of the stream wants to see.
 *
 * @param container only this one; null for all
 * @param host only of this one; null for all
 * @param selector only containers with such labels
 * @param phase only containers of which this phase was published; null for all
 * @param types only changes of these kinds
 */
@RecordBuilder
public record StreamFilter(
        @Nullable ContainerName container,
        @Nullable HostName host,
        LabelSelector selector,
        @Nullable Phase phase,
        Set<StreamType> types)
        implements StreamFilterBuilder.With {
    /** Everything. */
    public static final StreamFilter ALL =
            new StreamFilter(null, null, LabelSelector.ALL, null, EnumSet.allOf(StreamType.class));

    /** What a client gets of a change. */
    enum Admission {
        /** Nothing. */
        NONE,
        /** The change. */
        CHANGE,
        /** The whole container, which did not match before. */
        CONTAINER,
        /** That the container does not match any more. */
        DESELECTION
    }

    /** Keeps an immutable copy. */
    public StreamFilter {
        types = Set.copyOf(types);
    }

    /** Whether containers may begin or cease to match. */
    boolean isSelective() {
        return phase != null || !selector.equals(LabelSelector.ALL);
    }

    /** Whether changes of containers are wanted. */
    boolean hasContainers() {
        return types.contains(StreamType.CONTAINER) || types.contains(StreamType.STATUS);
    }

    /** The filter of a snapshot, but for the single container. */
    FleetFilter ofFleet() {
        return FleetFilter.ALL.with(
                filter -> filter.selector(selector).host(host).phase(phase));
    }

    /** What the client gets of a change. */
    Admission admit(ScopedChange change) {
        StreamChange what = change.change();
        if (container != null && !container.equals(what.container()) || !types.contains(StreamType.of(what))) {
            return Admission.NONE;
        }
        return switch (what) {
            case StreamChange.HostChange h -> isOfHost(h) ? Admission.CHANGE : Admission.NONE;
            case StreamChange.StatusChange s ->
                isSelective() ? ofContainer(change) : isOfHost(s) ? Admission.CHANGE : Admission.NONE;
            case StreamChange.ContainerChange c -> ofContainer(change);
            case StreamChange.Deselection d -> Admission.CHANGE;
            case StreamChange.EventChange e ->
                isSelective() ? ofEither(change) : isOfHost(e) ? Admission.CHANGE : Admission.NONE;
            case StreamChange.OperationChange o ->
                isSelective() ? ofEither(change) : isOfHost(o) ? Admission.CHANGE : Admission.NONE;
        };
    }

    /** The record of a container that is gone may not name its host. */
    private boolean isOfHost(StreamChange change) {
        return host == null
                || host.equals(change.host())
                || change.host() == null && change instanceof StreamChange.StatusChange;
    }

    private Admission ofContainer(ScopedChange change) {
        boolean before = matches(change.before());
        if (matches(change.after())) {
            return before || change.container() == null ? Admission.CHANGE : Admission.CONTAINER;
        }
        if (!before) {
            return Admission.NONE;
        }
        return isSelective() || change.after() != null ? Admission.DESELECTION : Admission.CHANGE;
    }

    private Admission ofEither(ScopedChange change) {
        return matches(change.before()) || matches(change.after()) ? Admission.CHANGE : Admission.NONE;
    }

    /** Whether a container matches; null stands for one that the fleet does not have. */
    boolean matches(@Nullable ContainerTraits traits) {
        return traits != null
                && (host == null || traits.isOn(host))
                && (phase == null || traits.isIn(phase))
                && traits.isSelectedBy(selector);
    }
}
