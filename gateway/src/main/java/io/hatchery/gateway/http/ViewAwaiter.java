package io.hatchery.gateway.http;

import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.Operation;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ProfileName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Requests that wait for the view to show something. All calls come on one context. */
public final class ViewAwaiter {
    /** How many requests wait at a time, each for ten minutes at most; further ones are refused. */
    static final int MAX_WAITS = 10_000;

    private final Vertx vertx;
    private final FleetView view;
    private final Set<Wait<?>> waits = new LinkedHashSet<>();

    private record Wait<T>(Supplier<Optional<T>> look, Promise<Optional<T>> promise) {
        boolean settle() {
            if (!promise.future().isComplete()) {
                look.get().ifPresent(found -> promise.tryComplete(Optional.of(found)));
            }
            return promise.future().isComplete();
        }
    }

    /** Nobody waits yet. */
    public ViewAwaiter(Vertx vertx, FleetView view) {
        this.vertx = vertx;
        this.view = view;
    }

    /** The view has changed. */
    public void look() {
        // What a settled request does next may wait again: the set must not be walked meanwhile.
        for (Wait<?> wait : List.copyOf(waits)) {
            if (wait.settle()) {
                waits.remove(wait);
            }
        }
    }

    /** The operation once it has ended and the container's status shows it; empty if that takes longer. */
    Future<Optional<Operation>> outcome(CommandId id, Duration patience) {
        return until(() -> ended(id).filter(operation -> view.isSettled(operation.container())), patience)
                .map(settled -> settled.or(() -> ended(id)));
    }

    private Optional<Operation> ended(CommandId id) {
        return view.operation(id).filter(operation -> !operation.isPending());
    }

    /** The evaluation once that revision has been evaluated; empty if that takes longer. */
    Future<Optional<Evaluation>> evaluationOf(ContainerName name, long revision, Duration patience) {
        return until(
                () -> view.evaluation(name).filter(evaluation -> evaluation.evaluatedRevision() >= revision), patience);
    }

    /** The evaluation once that revision's system is built, or never will be; as it is then, if that takes longer. */
    Future<Optional<Evaluation>> built(ContainerName name, long revision, Duration patience) {
        return until(
                        () -> view.evaluation(name)
                                .filter(e -> e.revision() != revision || e.state() != Evaluation.State.BUILDING),
                        patience)
                .map(built -> built.or(() -> view.evaluation(name)));
    }

    /** The profile once that revision has been read; empty if that takes longer. */
    Future<Optional<FleetView.StoredProfile>> profile(ProfileName name, long revision, Duration patience) {
        return until(() -> view.profile(name).filter(profile -> profile.revision() >= revision), patience);
    }

    private <T> Future<Optional<T>> until(Supplier<Optional<T>> look, Duration patience) {
        var wait = new Wait<T>(look, Promise.promise());
        if (!wait.settle()) {
            if (waits.size() >= MAX_WAITS) {
                return Future.failedFuture(new ApiProblem(
                        ProblemType.TOO_MANY_REQUESTS,
                        MAX_WAITS + " requests wait already: try again later, or send the request without wait"));
            }
            waits.add(wait);
            long timer = vertx.setTimer(Math.max(1, patience.toMillis()), late -> {
                waits.remove(wait);
                wait.promise.tryComplete(Optional.empty());
            });
            wait.promise.future().onComplete(any -> vertx.cancelTimer(timer));
        }
        return wait.promise.future();
    }
}
