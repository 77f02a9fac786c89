package io.hatchery.gateway.stream;

import io.hatchery.gateway.access.ApiPrincipal;
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
 * What a client of the stream may see, and wants to see.
 *
 * @param principal the client, which gets changes of its scope only
 * @param container only this one; null for all
 * @param host only of this one; null for all
 * @param selector only containers with such labels
 * @param phase only containers of which this phase was published; null for all
 * @param types only changes of these kinds
 */
@RecordBuilder
public record StreamFilter(
        ApiPrincipal principal,
        @Nullable ContainerName container,
        @Nullable HostName host,
        LabelSelector selector,
        @Nullable Phase phase,
        Set<StreamType> types)
        implements StreamFilterBuilder.With {
    /** Everything. */
    public static final StreamFilter ALL = new StreamFilter(
            ApiPrincipal.GATEWAY, null, null, LabelSelector.ALL, null, EnumSet.allOf(StreamType.class));

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
        return phase != null || !selector.equals(LabelSelector.ALL) || isScoped();
    }

    /** Whether there may be containers that the client must not know of. */
    boolean isScoped() {
        return !principal.scope().isAll();
    }

    /** Whether changes of containers are wanted. */
    boolean hasContainers() {
        return types.contains(StreamType.CONTAINER) || types.contains(StreamType.STATUS);
    }

    /** The filter of a snapshot, but for the single container. */
    FleetFilter ofFleet() {
        return FleetFilter.ALL.with(filter -> filter.scope(principal.scope())
                .selector(selector)
                .host(host)
                .phase(phase)
                .isPublishedPhase(true));
    }

    /** What the client gets of a change. */
    Admission admit(ScopedChange change) {
        StreamChange what = change.change();
        if (container != null && !container.equals(what.container())) {
            return Admission.NONE;
        }
        boolean isOfType = types.contains(StreamType.of(what));
        return switch (what) {
            case StreamChange.StatusChange s when isSelective() -> ofContainer(change, isOfType);
            case StreamChange.ContainerChange c when isSelective() || isOfType -> ofContainer(change, isOfType);
            case StreamChange.EventChange e when isSelective() -> ofEither(change, isOfType);
            case StreamChange.OperationChange o when isSelective() -> ofEither(change, isOfType);
            default -> isOfType && isOfHost(what) && isInScope(what.host()) ? Admission.CHANGE : Admission.NONE;
        };
    }

    /** Whether what concerns no container but that host may be seen. */
    private boolean isInScope(@Nullable HostName of) {
        return !isScoped() || of != null && principal.scope().hasHost(of);
    }

    /** The record of a container that is gone may not name its host. */
    private boolean isOfHost(StreamChange change) {
        return host == null
                || host.equals(change.host())
                || change.host() == null && change instanceof StreamChange.StatusChange;
    }

    /** A change that is of no chosen type may still make the container begin or cease to match. */
    private Admission ofContainer(ScopedChange change, boolean isOfType) {
        if (!hasContainers()) {
            return Admission.NONE;
        }
        boolean before = matches(change.before());
        if (matches(change.after())) {
            boolean isKnown = before || change.container() == null;
            return isKnown ? isOfType ? Admission.CHANGE : Admission.NONE : Admission.CONTAINER;
        }
        if (!before) {
            return Admission.NONE;
        }
        return isSelective() || change.after() != null ? Admission.DESELECTION : Admission.CHANGE;
    }

    private Admission ofEither(ScopedChange change, boolean isOfType) {
        return isOfType && (matches(change.before()) || admitsOfContainer(change.change(), change.after()))
                ? Admission.CHANGE
                : Admission.NONE;
    }

    /**
     * Whether an event or an operation passes. Those of a container without a definition do, whatever its labels were, unless the client
     * may not see every container.
     */
    boolean admitsOfContainer(StreamChange change, @Nullable ContainerTraits traits) {
        if (isScoped() && (traits == null || !traits.isIn(principal.scope()))) {
            return isOfHost(change) && (change.container() == null ? isInScope(change.host()) : isOwn(change));
        }
        return traits == null || !traits.isDefined() ? isOfHost(change) : matches(traits);
    }

    private boolean isOwn(StreamChange change) {
        return change instanceof StreamChange.OperationChange(var operation)
                && principal.name().equals(operation.requestedBy());
    }

    /** Whether a container matches; null stands for one that the fleet does not have. */
    boolean matches(@Nullable ContainerTraits traits) {
        return traits != null
                && traits.isIn(principal.scope())
                && (host == null || traits.isOn(host))
                && (phase == null || traits.isIn(phase))
                && traits.isSelectedBy(selector);
    }
}
