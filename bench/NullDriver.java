import io.hatchery.runner.driver.Driver;
import io.hatchery.runner.driver.LastRun;
import io.hatchery.runner.lifecycle.Input;
import io.hatchery.runner.lifecycle.Observation;
import io.hatchery.runner.lifecycle.Removal;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Optional;

/** A driver without containers: each is ready as soon as it is spawned, and exits as soon as it is signalled. */
final class NullDriver implements Driver {
    private final Context context;
    private final DriverListener listener;

    NullDriver(Context context, DriverListener listener) {
        this.context = context;
        this.listener = listener;
    }

    @Override
    public String name() {
        return "null";
    }

    @Override
    public Future<Void> define(ContainerSpec spec) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> adopt(ContainerSpec spec, long run) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> prepare(ContainerSpec spec) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> spawn(ContainerSpec spec, long run) {
        happens(spec.name(), new Input.Ready(run));
        return Future.succeededFuture();
    }

    @Override
    public Future<Optional<LastRun>> lastRun(ContainerName container) {
        return Future.succeededFuture(Optional.empty());
    }

    @Override
    public Future<Observation> observe(ContainerName container, long run) {
        return Future.succeededFuture(new Observation(false, null, false, null));
    }

    @Override
    public Future<Void> reload(ContainerSpec spec, long run) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> signalLeader(ContainerSpec spec, long run) {
        return exit(spec.name(), run);
    }

    @Override
    public Future<Void> terminateSupervisor(ContainerName container, long run) {
        return exit(container, run);
    }

    @Override
    public Future<Void> kill(ContainerName container, long run) {
        return exit(container, run);
    }

    private Future<Void> exit(ContainerName container, long run) {
        happens(container, new Input.Exited(run, 0, Instant.now(), null, null));
        return Future.succeededFuture();
    }

    private void happens(ContainerName container, Input input) {
        context.runOnContext(later -> listener.happened(container, input));
    }

    @Override
    public Future<Void> cleanUp(ContainerName container, long run) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> remove(ContainerName container, Removal removal) {
        return Future.succeededFuture();
    }
}
