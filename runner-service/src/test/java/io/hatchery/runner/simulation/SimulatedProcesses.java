package io.hatchery.runner.simulation;

import io.hatchery.runner.process.ProcessRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What runs on a host, by pid, as its kernel counts: a pid that is free may be anyone's next. */
final class SimulatedProcesses {
    private static final long HIGHEST_PID = 30_000;

    private final World world;
    private final Map<Long, One> alive = new HashMap<>();
    private long begun;

    enum Role {
        SUPERVISOR,
        NSPAWN,
        INIT,
        DAEMON,
        STRANGER
    }

    /** One of them. {@code run} is null for a stranger; {@code inner} is its id in the container's own pid namespace, 0 if it is outside. */
    record One(ProcessRef ref, Role role, @Nullable Run run, long inner) {
        List<Long> namespaced() {
            return inner == 0 ? List.of(ref.pid()) : List.of(ref.pid(), inner);
        }
    }

    SimulatedProcesses(World world) {
        this.world = world;
    }

    One begin(Run run, Role role, long inner) {
        long pid;
        do {
            pid = world.random.nextLong(2, HIGHEST_PID);
        } while (alive.containsKey(pid));
        return begin(pid, role, run, inner);
    }

    private One begin(long pid, Role role, @Nullable Run run, long inner) {
        var one = new One(new ProcessRef(pid, ++begun), role, run, inner);
        alive.put(pid, one);
        return one;
    }

    void end(One one) {
        if (isAlive(one)) {
            alive.remove(one.ref.pid());
            if (world.happens(Fault.PID_REUSED)) {
                begin(one.ref.pid(), Role.STRANGER, null, 0);
            }
        }
    }

    boolean isAlive(One one) {
        One now = alive.get(one.ref.pid());
        return now != null && now.ref.equals(one.ref);
    }

    @Nullable
    One of(long pid) {
        return alive.get(pid);
    }
}
