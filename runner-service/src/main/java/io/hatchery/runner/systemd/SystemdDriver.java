package io.hatchery.runner.systemd;

import io.hatchery.runner.context.BlockingWork;
import io.hatchery.runner.context.GrowingPause;
import io.hatchery.runner.context.RepeatedAttempt;
import io.hatchery.runner.context.Timers;
import io.hatchery.runner.driver.Driver;
import io.hatchery.runner.driver.LastRun;
import io.hatchery.runner.driver.Roots;
import io.hatchery.runner.driver.RunFolder;
import io.hatchery.runner.driver.RunFolders;
import io.hatchery.runner.lifecycle.Observation;
import io.hatchery.runner.lifecycle.Removal;
import io.hatchery.runner.plan.EarlyExitWindow;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Signal;
import io.soabase.recordbuilder.core.RecordBuilder;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs containers through the host's systemd, each as the service {@code container-<name>}. An operator may start and stop them with
 * systemctl; such changes are reported as well.
 */
public final class SystemdDriver implements Driver {
    /** The invocation of the unit before the start of a run. */
    private static final String BEFORE = "before";
    /** The invocation of the unit that is a run. */
    private static final String INVOCATION = "invocation";

    private static final String COPIED = "copied";
    private static final GrowingPause PAUSES = new GrowingPause(Duration.ofMillis(5), Duration.ofMillis(200));
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /**
     * The host, as this driver uses it.
     *
     * @param work does what may block
     * @param timers calls back
     * @param clock the time
     * @param onContext runs something on the context of all calls
     * @param bus the host's systemd
     * @param units the containers' units
     * @param folders where runs are noted
     * @param roots the containers'
     */
    @RecordBuilder
    public record SystemdAccess(
            BlockingWork work,
            Timers timers,
            Clock clock,
            Consumer<Runnable> onContext,
            SystemdBus bus,
            UnitFiles units,
            RunFolders folders,
            Roots roots) {}

    private final SystemdAccess systemd;
    private final UnitWatcher watch;
    private final Reloads reloads;
    private final RepeatedAttempt polling;
    private final Map<ContainerName, Future<Void>> defining = new HashMap<>();

    /**
     * @param listener is called on the context of all calls
     * @throws IOException if the host's systemd cannot be reached
     */
    public SystemdDriver(SystemdAccess systemd, DriverListener listener) throws IOException {
        this.systemd = systemd;
        this.polling = new RepeatedAttempt(systemd.timers(), PAUSES);
        this.reloads = new Reloads(systemd.work(), systemd.bus(), systemd.units());
        this.watch = new UnitWatcher(
                systemd.work(),
                systemd.timers(),
                systemd.clock(),
                systemd.bus(),
                systemd.units(),
                systemd.onContext(),
                listener);
    }

    @Override
    public String name() {
        return "systemd";
    }

    private interface SystemdTask {
        void run() throws IOException;
    }

    private Future<Void> work(SystemdTask task) {
        return systemd.work().begin(() -> {
            task.run();
            return null;
        });
    }

    private <T> Future<T> ask(Callable<T> task) {
        return systemd.work().begin(task);
    }

    /** One after another for each container, so that the last one counts. */
    @Override
    public Future<Void> define(ContainerSpec spec) {
        watch.define(spec);
        Future<Void> before = defining.getOrDefault(spec.name(), Future.succeededFuture());
        Future<Void> written = before.transform(any -> ask(() -> systemd.units().write(spec)))
                .compose(changed -> changed ? reloads.demand() : reloads.owed());
        defining.put(spec.name(), written);
        return written.onComplete(any -> {
            defining.remove(spec.name(), written);
            watch.look(spec.name());
        });
    }

    @Override
    public Future<Void> prepare(ContainerSpec spec) {
        return work(() -> systemd.roots().check(spec, systemd.bus()::isToBeMounted));
    }

    @Override
    public Future<Void> spawn(ContainerSpec spec, long run) {
        ContainerName container = spec.name();
        RunFolder folder = systemd.folders().of(container, run);
        return define(spec)
                .compose(defined -> ask(() -> {
                    folder.delete();
                    folder.make();
                    noteBeginning(spec, folder);
                    UnitState state = systemd.bus().state(container);
                    String before = state.isBegun() ? "" : state.invocation();
                    folder.write(BEFORE, before);
                    systemd.bus().start(container);
                    return before;
                }))
                .compose(before -> begun(container, before))
                .compose(invocation -> invocation == null
                        ? Future.failedFuture(
                                "systemd did not begin it: systemctl status " + UnitFiles.unit(container) + " says why")
                        : bind(container, run, invocation, EarlyExitWindow.of(spec)));
    }

    private static void noteBeginning(ContainerSpec spec, RunFolder folder) throws IOException {
        LastRun.note(folder, spec);
        if (spec.ephemeral()) {
            folder.write(COPIED, spec.root());
        }
    }

    /** The invocation of the unit that follows upon another one; null if none follows. */
    private Future<@Nullable String> begun(ContainerName container, String before) {
        return polling.poll(waited -> ask(() -> {
                    UnitState state = systemd.bus().state(container);
                    return Optional.of(state)
                            .filter(now -> hasFollowed(now, before) || now.job().isEmpty());
                }))
                .map(state -> hasFollowed(state, before) ? state.invocation() : null);
    }

    private static boolean hasFollowed(UnitState state, String before) {
        return !state.invocation().equals(before) && !state.invocation().isEmpty();
    }

    /** {@code settle} is how long the run must live after the unit is active until it counts as ready. */
    private Future<Void> bind(ContainerName container, long run, String invocation, Duration settle) {
        RunFolder folder = systemd.folders().of(container, run);
        return work(() -> folder.write(INVOCATION, invocation))
                .onSuccess(written -> watch.bind(container, run, invocation, settle));
    }

    @Override
    public Future<Void> adopt(ContainerSpec spec, long run) {
        RunFolder folder = systemd.folders().of(spec.name(), run);
        return ask(() -> {
                    folder.delete();
                    folder.make();
                    noteBeginning(spec, folder);
                    return systemd.bus().state(spec.name()).invocation();
                })
                .compose(invocation -> bind(spec.name(), run, invocation, Duration.ZERO));
    }

    @Override
    public Future<Optional<LastRun>> lastRun(ContainerName container) {
        return systemd.work().begin(() -> LastRun.find(systemd.folders(), container));
    }

    @Override
    public Future<Observation> observe(ContainerName container, long run) {
        if (run == 0) {
            return Future.succeededFuture(new Observation(false, null, false, null));
        }
        return ask(() -> systemd.folders().of(container, run))
                .compose(folder -> ask(() -> folder.read(INVOCATION))
                        .compose(bound -> bound.isPresent()
                                ? Future.succeededFuture(bound.get())
                                : ask(() -> folder.read(BEFORE)).compose(before -> begunFor(container, before))))
                .compose(invocation -> invocation == null
                        ? Future.succeededFuture(new Observation(false, null, false, null))
                        : bind(container, run, invocation, Duration.ZERO)
                                .map(new Observation(true, null, false, null)));
    }

    /** The invocation of a run that the last runner did not record before it exited; null if there is none. */
    private Future<@Nullable String> begunFor(ContainerName container, Optional<String> before) {
        if (before.isPresent()) {
            return begun(container, before.get());
        }
        return ask(() -> {
            UnitState state = systemd.bus().state(container);
            return state.isBegun() ? state.invocation() : null;
        });
    }

    @Override
    public Future<Void> reload(ContainerSpec spec, long run) {
        Future<Void> written = defining.getOrDefault(spec.name(), Future.succeededFuture());
        return written.compose(defined -> work(() -> systemd.bus().reload(spec.name())))
                .compose(asked -> reloaded(spec.name()))
                .compose(done -> work(() -> LastRun.note(systemd.folders().of(spec.name(), run), spec)));
    }

    private Future<Void> reloaded(ContainerName container) {
        return polling.poll(waited -> ask(() -> {
                    UnitState state = systemd.bus().state(container);
                    boolean reloads =
                            state.job().equals("reload") || state.active().equals("reloading");
                    return reloads ? Optional.<UnitState>empty() : Optional.of(state);
                }))
                .compose(state -> work(() -> {
                    String result = systemd.bus().reloadResult(container);
                    if (!result.equals("success")) {
                        throw new IOException("switch-to-configuration ended with " + result + ": journalctl -u "
                                + UnitFiles.unit(container) + " says more");
                    }
                }));
    }

    /** systemd asks nspawn to end, and that sends the kill signal to the container's init: systemd-nspawn(1), --kill-signal. */
    @Override
    public Future<Void> signalLeader(ContainerSpec spec, long run) {
        watch.stopping(spec.name(), run);
        return work(() -> systemd.bus().stop(spec.name()));
    }

    @Override
    public Future<Void> terminateSupervisor(ContainerName container, long run) {
        return work(() -> systemd.bus().kill(container, false, Signal.TERM));
    }

    @Override
    public Future<Void> kill(ContainerName container, long run) {
        watch.stopping(container, run);
        return work(() -> systemd.bus().kill(container, true, Signal.KILL));
    }

    @Override
    public Future<Void> cleanUp(ContainerName container, long run) {
        watch.unbind(container, run);
        RunFolder folder = systemd.folders().of(container, run);
        return ask(() -> folder.read(INVOCATION).orElse(""))
                .compose(invocation -> settle(container, invocation)
                        .compose(settled -> work(() -> {
                            Optional<String> copied = folder.read(COPIED);
                            if (copied.isPresent()) {
                                systemd.roots().removeAbandonedCopies(copied.get());
                            }
                            if (!invocation.isEmpty()) {
                                systemd.units().forget(container, invocation);
                            }
                            folder.delete();
                        })))
                // It may have been started on the host meanwhile, which was not reported.
                .onComplete(any -> systemd.timers().later(PAUSES.first(), () -> watch.look(container)));
    }

    /** Ends an invocation of the unit, and keeps systemd from beginning another by itself. */
    private Future<Void> settle(ContainerName container, String invocation) {
        return polling.<Boolean>poll(waited -> ask(() -> {
                    String left = settleNow(container, invocation);
                    if (left != null && waited.compareTo(PATIENCE) > 0) {
                        throw new IOException(left);
                    }
                    return left == null ? Optional.of(true) : Optional.empty();
                }))
                .mapEmpty();
    }

    /** A message about what is left; null if nothing is. */
    private @Nullable String settleNow(ContainerName container, String invocation) throws IOException {
        UnitState state = systemd.bus().state(container);
        boolean another = state.isBegun() && !state.invocation().equals(invocation);
        if (another) {
            return null; // systemd starts an invocation after the end of the last one
        }
        if (!state.isSettled()) {
            systemd.bus().kill(container, true, Signal.KILL);
            systemd.bus().stop(container);
            return "its unit stays " + state.active() + " (" + state.sub() + ")";
        }
        if (state.active().equals("activating") || !state.job().isEmpty()) {
            systemd.bus().stop(container);
            return "systemd does not give up starting it";
        }
        return null;
    }

    @Override
    public Future<Void> remove(ContainerName container, Removal removal) {
        watch.forget(container);
        Future<Void> before = defining.getOrDefault(container, Future.succeededFuture());
        return before.transform(any -> end(container))
                .compose(ended -> work(() -> {
                    systemd.units().delete(container);
                    systemd.folders().deleteAll(container);
                }))
                .compose(deleted -> reloads.demand())
                .compose(reloaded -> work(() -> {
                    if (removal.purge()) {
                        systemd.roots().purge(removal.root());
                    }
                }));
    }

    /** Someone on the host may have begun what the fleet is about to remove. */
    private Future<Void> end(ContainerName container) {
        return polling.<UnitState>poll(waited -> ask(() -> {
                    UnitState state = systemd.bus().state(container);
                    boolean restarts = state.active().equals("activating");
                    if (state.isBegun() || restarts) {
                        systemd.bus().stop(container);
                    }
                    return Optional.of(state).filter(now -> now.isSettled() && !restarts);
                }))
                .mapEmpty();
    }
}
