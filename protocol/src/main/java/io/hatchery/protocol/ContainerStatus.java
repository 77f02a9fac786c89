package io.hatchery.protocol;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import java.time.Instant;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * The last observed truth about a container.
 *
 * @param container which
 * @param host where
 * @param phase where it is in its life
 * @param generation the spec that runs, or, if nothing runs, the one that would; null if there is none
 * @param leader its init's process id on the host; null if there is none
 * @param since when it entered the phase
 * @param exit how it ended last; null if it never did since the host's boot
 * @param restarts automatic restarts since it was last started or stable
 * @param outdated whether a newer spec waits for a restart
 * @param restartFor the options that a restart would bring into force; null unless outdated
 * @param reason why it is in this phase, where that is not plain; null otherwise
 * @param nextStart when it is started again; only in backoff
 * @param begun the spec whose processes were begun last on this host; null if none were since the host's boot
 * @param ready the spec that was ready last on this host; null if none was since the host's boot
 * @param initiator who brought it there, if that was not the fleet; null otherwise
 * @param sequence the number of the newest event that it takes into account; null if its runner does not number events
 */
public record ContainerStatus(
        ContainerName container,
        HostName host,
        Phase phase,
        @Nullable Generation generation,
        @Nullable Long leader,
        Instant since,
        @Nullable Exit exit,
        int restarts,
        boolean outdated,
        @Nullable SortedSet<String> restartFor,
        @Nullable String reason,
        @Nullable Instant nextStart,
        @Nullable Generation begun,
        @Nullable Generation ready,
        @Nullable Initiator initiator,
        @Nullable Long sequence) {
    /** The same, with the number of the newest event that it takes into account. */
    public ContainerStatus through(long event) {
        return new ContainerStatus(
                container,
                host,
                phase,
                generation,
                leader,
                since,
                exit,
                restarts,
                outdated,
                restartFor,
                reason,
                nextStart,
                begun,
                ready,
                initiator,
                event);
    }
}
