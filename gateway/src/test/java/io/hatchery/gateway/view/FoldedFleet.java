package io.hatchery.gateway.view;

import io.hatchery.bus.BusRecord;
import io.hatchery.gateway.read.DirectReader;
import io.hatchery.gateway.store.FleetDatabase;
import io.hatchery.gateway.store.PositionTable;
import io.hatchery.protocol.resource.Container;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** A fleet in a database in memory, as records are folded into it. */
public final class FoldedFleet {
    private final FleetProjection projection;

    /** An empty fleet. */
    public FoldedFleet() {
        this(ProjectionLimits.DEFAULT);
    }

    FoldedFleet(ProjectionLimits limits) {
        projection = new FleetProjection(FleetDatabase.inMemory(), limits);
    }

    /** Folds a record. */
    public List<ScopedChange> apply(BusRecord record) throws UnreadableException {
        var refused = new UnreadableException[1];
        List<ScopedChange> changes = projection.database().write(session -> {
            PositionTable.put(
                    session,
                    new PositionTable.FoldedPosition(record.topic(), record.partition(), "id", record.offset() + 1));
            try {
                FleetRecord read = FleetRecord.read(record);
                AppliedRecord applied = projection.apply(session, record, read);
                return projection.changes(session, read, applied, record.timestamp());
            } catch (UnreadableException e) {
                refused[0] = e;
                return List.of();
            }
        });
        if (refused[0] != null) {
            throw refused[0];
        }
        return changes;
    }

    /** Folds many records in one transaction. */
    void applyAll(List<BusRecord> records) {
        projection
                .database()
                .update(session -> records.forEach(record -> {
                    try {
                        var _ = projection.apply(session, record, FleetRecord.read(record));
                    } catch (UnreadableException e) {
                        throw new AssertionError(e);
                    }
                }));
    }

    /** Forgets what has expired. */
    public void advance(Instant now) {
        projection.advance(now);
    }

    /** Forgets everything. */
    void clear() {
        projection.clear();
    }

    /** The fleet as it is at each call. */
    public FleetView view() {
        return projection.read(view -> view);
    }

    /** A container as the API shows it, read again. */
    Container shown(ContainerName name, Instant now) {
        return read(view().container(name, now));
    }

    private static Container read(RenderedContainer rendered) {
        try {
            return Json.readStrictly(rendered.json().getBytes(StandardCharsets.UTF_8), Container.class);
        } catch (UnreadableException e) {
            throw new AssertionError(rendered.json(), e);
        }
    }

    /** What folds it. */
    public FleetProjection projection() {
        return projection;
    }

    /** Reads it. */
    public DirectReader reader() {
        return new DirectReader(projection);
    }
}
