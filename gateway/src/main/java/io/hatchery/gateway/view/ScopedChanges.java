package io.hatchery.gateway.view;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds which filters of the stream a change passes. Reads the state that the change led to. */
final class ScopedChanges {
    private final FleetView view;
    private final Instant now;

    ScopedChanges(FleetView view, Instant now) {
        this.view = view;
        this.now = now;
    }

    /** The changes that follow from a record. */
    List<ScopedChange> of(FleetRecord read, AppliedRecord applied) {
        var changes = new ArrayList<ScopedChange>();
        RowChange rows = applied.rows();
        if (read instanceof FleetRecord.EvaluationRecord && rows != null) {
            var container = container(rows.after());
            changes.add(new ScopedChange(
                    container, ContainerTraits.of(rows.before()), ContainerTraits.of(rows.after()), container));
        } else if (applied.change() != null) {
            changes.add(rows == null ? of(applied.change()) : of(applied.change(), rows));
        }
        Optional.ofNullable(applied.operation())
                .flatMap(view::operation)
                .map(operation -> of(new StreamChange.OperationChange(operation)))
                .ifPresent(changes::add);
        return changes;
    }

    private ScopedChange of(StreamChange change, RowChange rows) {
        ContainerTraits before = ContainerTraits.of(rows.before());
        ContainerTraits after = ContainerTraits.of(rows.after());
        return new ScopedChange(
                change, before, after, after == null || after.isSame(before) ? null : container(rows.after()));
    }

    /** A change that leaves its container as it is. */
    private ScopedChange of(StreamChange change) {
        ContainerTraits traits = change.container() == null
                ? null
                : view.traits(change.container()).orElse(null);
        return new ScopedChange(change, traits, traits, null);
    }

    private StreamChange.ContainerChange container(ContainerRow row) {
        var name = new ContainerName(row.name());
        @Nullable HostName host = row.host() == null ? null : new HostName(row.host());
        return new StreamChange.ContainerChange(
                name, host, row.isThere() ? view.container(name, now).json() : null);
    }
}
