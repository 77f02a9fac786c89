package io.hatchery.runner.simulation;

/** Where a process meets the world: it may be killed just before it does something there, or just after. */
final class Edge {
    private final World world;
    private final World.Actor process;
    private final Fault fault;

    Edge(World world, World.Actor process, Fault fault) {
        this.world = world;
        this.process = process;
        this.fault = fault;
    }

    /** What the dead do has no effect. */
    void check() {
        if (process.isDead()) {
            throw new World.Killed();
        }
    }

    void before(String what) {
        check();
        mayDie("before", what);
    }

    void afterwards(String what) {
        mayDie("after", what);
    }

    /** Does something later, if the process still lives then. */
    void later(long micros, Runnable work) {
        world.after(micros, process, "", work);
    }

    private void mayDie(String when, String what) {
        if (world.happens(fault)) {
            world.note(process.name + " is killed " + when + ": " + what);
            process.die();
            throw new World.Killed();
        }
    }
}
