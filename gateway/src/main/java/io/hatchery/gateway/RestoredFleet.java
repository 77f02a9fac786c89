package io.hatchery.gateway;

import io.hatchery.gateway.store.FleetDatabase;
import io.hatchery.gateway.store.RejectionTable;
import io.hatchery.gateway.view.FleetProjection;
import java.time.Instant;
import java.util.List;

/**
 * What a database holds of the fleet.
 *
 * @param rejected the refused records that are not yet with the dead letters
 */
public record RestoredFleet(
        FleetProjection projection, RejectionTable rejections, List<RejectionTable.Rejection> rejected) {
    /** Opens what a database holds and forgets what has expired. Blocks; not for an event loop. */
    public static RestoredFleet of(FleetDatabase database, Instant now) {
        var projection = new FleetProjection(database);
        projection.advance(now);
        var rejections = new RejectionTable();
        return new RestoredFleet(projection, rejections, database.write(rejections::all));
    }
}
