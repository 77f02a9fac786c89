package io.hatchery.runner.simulation;

import io.hatchery.config.system.Systems;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import io.hatchery.spec.SystemSource;
import io.hatchery.spec.option.DefinitionProblem;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Evaluates systems for one config-service process, each in its time, and finds again what another process has built. A system is
 * named by its module's text, which says whether it can be built and whether it gets ready.
 */
final class SimulatedSystems implements Systems {
    private static final String STORE = "/nix/store/";
    private static final String BROKEN = "broken";
    private static final String HANGS = "hangs";
    private static final long LONGEST_BUILD = 60_000_000;

    private final World world;
    private final World.Actor process;
    private final Set<SystemSource> built;
    private final Runnable onNews;
    private final boolean deaf;
    private final Set<SystemSource> begun = new HashSet<>();
    private final Set<ContainerName> waiting = new HashSet<>();
    /** Sorted: the order of {@link Set#copyOf} differs between processes, and a run is a function of its seed. */
    private final Set<ContainerName> news = new TreeSet<>();

    /**
     * @param built what any process has built, or found that it cannot
     * @param onNews is run when something has been built
     * @param deaf whether nobody hears of what has been built
     */
    SimulatedSystems(World world, World.Actor process, Set<SystemSource> built, Runnable onNews, boolean deaf) {
        this.world = world;
        this.process = process;
        this.built = built;
        this.onNews = onNews;
        this.deaf = deaf;
    }

    /** The text of a system that nobody has had before. */
    static String of(World world, int number) {
        if (world.happens(Fault.SYSTEM_IS_BROKEN)) {
            return "s" + number + BROKEN;
        }
        return world.happens(Fault.SYSTEM_HANGS) ? "s" + number + HANGS : "s" + number;
    }

    static String path(String system) {
        return STORE + system;
    }

    static boolean isBroken(String system) {
        return system.endsWith(BROKEN);
    }

    /** Whether what runs by that spec never gets ready. */
    static boolean hangs(ContainerSpec spec) {
        return spec.payload() instanceof Payload.SystemPath(String path) && path.endsWith(HANGS);
    }

    @Override
    public BuildProgress of(ContainerName container, long revision, SystemSource source) {
        String system = ((SystemSource.Configuration) source)
                .modules()
                .getLast()
                .files()
                .values()
                .iterator()
                .next();
        if (built.contains(source)) {
            return isBroken(system)
                    ? new Failed(List.of(new DefinitionProblem(
                            "containers." + container + ".config", null, "definition", "it is broken", "mend it")))
                    : new SystemReady(path(system));
        }
        waiting.add(container);
        if (begun.add(source)) {
            world.after(world.between(10_000, LONGEST_BUILD), process, "has built " + system, () -> {
                built.add(source);
                news.addAll(waiting);
                waiting.clear();
                onNews.run();
            });
        }
        return new PendingSystem();
    }

    @Override
    public void forget(ContainerName container) {
        waiting.remove(container);
    }

    @Override
    public void keep(Set<String> paths) {}

    @Override
    public Set<ContainerName> news() {
        Set<ContainerName> now = deaf ? Set.of() : new TreeSet<>(news);
        news.clear();
        return now;
    }
}
