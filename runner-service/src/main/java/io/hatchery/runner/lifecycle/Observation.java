package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Exit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a new runner observes of a run that an earlier runner may have spawned.
 *
 * @param spawned whether the run was spawned; if not, the driver guarantees that it never will be
 * @param leader pid of the container's init on the host; null if unknown
 * @param ready whether the container reported readiness
 * @param exit how the run ended; null if it has not
 * @param lastOutput last output of a run that failed; null if there is none
 */
public record Observation(
        boolean spawned,
        @Nullable Long leader,
        boolean ready,
        @Nullable Exit exit,
        @Nullable String lastOutput) {
    /** An observation without output. */
    public Observation(boolean spawned, @Nullable Long leader, boolean ready, @Nullable Exit exit) {
        this(spawned, leader, ready, exit, null);
    }

    /** The observation as events of that run, in the order in which they happened. */
    List<Input.RunEvent> events(long run) {
        if (!spawned) {
            return List.of(new Input.NotSpawned(run));
        }
        var events = new ArrayList<Input.RunEvent>(List.of(new Input.Spawned(run)));
        if (leader != null) {
            events.add(new Input.LeaderKnown(run, leader));
        }
        if (ready) {
            events.add(new Input.Ready(run));
        }
        if (exit != null) {
            events.add(new Input.Exited(run, exit.status(), exit.at(), lastOutput, null));
        }
        return events;
    }
}
