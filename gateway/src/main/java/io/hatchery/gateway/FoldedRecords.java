package io.hatchery.gateway;

import io.hatchery.bus.BusRecord;
import io.hatchery.gateway.view.ScopedChange;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.token.TokenName;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Records that are in the database, and what follows from them for clients.
 *
 * @param records in their order
 * @param changes the containers, operations, profiles and tokens that requests may wait for
 */
record FoldedRecords(List<FoldedRecord> records, Changes changes) {
    /**
     * A record.
     *
     * @param changes for clients of the stream
     * @param rejection why it cannot be read; null if it was folded
     */
    record FoldedRecord(
            BusRecord record,
            List<ScopedChange> changes,
            @Nullable String rejection) {}

    /**
     * The names of what has changed.
     *
     * @param operations those whose request or outcome was read
     * @param joins the hosts whose join tokens have changed
     */
    record Changes(
            Set<ContainerName> containers,
            Set<CommandId> operations,
            Set<ProfileName> profiles,
            Set<TokenName> tokens,
            Set<HostName> joins) {
        /** All of them. */
        List<Object> names() {
            var names = new ArrayList<Object>(containers);
            names.addAll(operations);
            names.addAll(profiles);
            names.addAll(tokens);
            names.addAll(joins);
            return names;
        }
    }
}
