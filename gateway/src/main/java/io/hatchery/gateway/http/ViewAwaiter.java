package io.hatchery.gateway.http;

import io.hatchery.gateway.read.FleetReader;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.Operation;
import io.hatchery.gateway.view.StoredProfile;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.token.TokenName;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Requests that wait for the fleet to show something. All calls come on one context. */
public final class ViewAwaiter {
    /** How many requests wait at a time, each for ten minutes at most; further ones are refused. */
    static final int MAX_WAITS = 10_000;

    private final Vertx vertx;
    private final FleetReader reader;
    /** By the names whose change is a reason to look again: of containers, operations, profiles and tokens. */
    private final Map<Object, Set<Wait<?>>> waits = new HashMap<>();

    private int size;

    private static final class Wait<T> {
        private final List<Object> names;
        private final Function<FleetView, Optional<T>> look;
        private final Promise<Optional<T>> promise = Promise.promise();
        private boolean isLooking;
        private boolean isChanged;

        Wait(List<Object> names, Function<FleetView, Optional<T>> look) {
            this.names = names;
            this.look = look;
        }
    }

    /** Nobody waits yet. */
    public ViewAwaiter(Vertx vertx, FleetReader reader) {
        this.vertx = vertx;
        this.reader = reader;
    }

    /** Containers, operations, profiles or tokens of these names have changed. */
    public void changed(Collection<?> names) {
        // What a settled request does next may wait again: the sets must not be walked meanwhile.
        var affected = new LinkedHashSet<Wait<?>>();
        names.forEach(name -> affected.addAll(waits.getOrDefault(name, Set.of())));
        affected.forEach(this::look);
    }

    /** One read at a time for each request: changes meanwhile are a reason to read once more. */
    private <T> void look(Wait<T> wait) {
        if (wait.isLooking) {
            wait.isChanged = true;
            return;
        }
        wait.isLooking = true;
        wait.isChanged = false;
        reader.read(wait.look).onFailure(wait.promise::tryFail).onSuccess(found -> {
            wait.isLooking = false;
            if (found.isPresent()) {
                wait.promise.tryComplete(found);
            } else if (wait.isChanged && !wait.promise.future().isComplete()) {
                look(wait);
            }
        });
    }

    /** The operation once it has ended and the container's status shows it; empty if that takes longer. */
    Future<Optional<Operation>> outcome(CommandId id, ContainerName container, Duration patience) {
        return until(
                        List.of(id, container),
                        view -> ended(view, id).filter(operation -> view.isSettled(operation.container())),
                        patience)
                .compose(settled ->
                        settled.isPresent() ? Future.succeededFuture(settled) : reader.read(view -> ended(view, id)));
    }

    private static Optional<Operation> ended(FleetView view, CommandId id) {
        return view.operation(id).filter(operation -> !operation.isPending());
    }

    /** The evaluation once that revision has been evaluated; empty if that takes longer. */
    Future<Optional<Evaluation>> evaluationOf(ContainerName name, long revision, Duration patience) {
        return until(
                List.of(name),
                view -> view.evaluation(name).filter(evaluation -> evaluation.evaluatedRevision() >= revision),
                patience);
    }

    /** The evaluation once that revision's system is built, or never will be; as it is then, if that takes longer. */
    Future<Optional<Evaluation>> built(ContainerName name, long revision, Duration patience) {
        return until(
                        List.of(name),
                        view -> view.evaluation(name)
                                .filter(e -> e.revision() != revision || e.state() != Evaluation.State.BUILDING),
                        patience)
                .compose(built ->
                        built.isPresent() ? Future.succeededFuture(built) : reader.read(view -> view.evaluation(name)));
    }

    /** The profile once that revision has been read; empty if that takes longer. */
    Future<Optional<StoredProfile>> profile(ProfileName name, long revision, Duration patience) {
        return until(
                List.of(name), view -> view.profile(name).filter(profile -> profile.revision() >= revision), patience);
    }

    /** Present once the record of a token at that offset has been read; empty if that takes longer. */
    Future<Optional<Boolean>> token(TokenName name, long offset, Duration patience) {
        return until(
                List.of(name), view -> view.tokens().hasRead(offset) ? Optional.of(true) : Optional.empty(), patience);
    }

    /** Present once the record of a join token at that offset has been read; empty if that takes longer. */
    Future<Optional<Boolean>> joinToken(HostName host, long offset, Duration patience) {
        return until(
                List.of(host),
                view -> view.joinTokens().hasRead(offset) ? Optional.of(true) : Optional.empty(),
                patience);
    }

    private <T> Future<Optional<T>> until(
            List<Object> names, Function<FleetView, Optional<T>> look, Duration patience) {
        if (size >= MAX_WAITS) {
            return Future.failedFuture(new ApiProblem(
                    ProblemType.TOO_MANY_REQUESTS,
                    MAX_WAITS + " requests wait already: try again later, or send the request without wait"));
        }
        var wait = new Wait<T>(names, look);
        add(wait);
        long timer =
                vertx.setTimer(Math.max(1, patience.toMillis()), late -> wait.promise.tryComplete(Optional.empty()));
        look(wait);
        return wait.promise.future().onComplete(any -> {
            vertx.cancelTimer(timer);
            remove(wait);
        });
    }

    private void add(Wait<?> wait) {
        size++;
        wait.names.forEach(name ->
                waits.computeIfAbsent(name, any -> new LinkedHashSet<>()).add(wait));
    }

    private void remove(Wait<?> wait) {
        size--;
        for (Object name : wait.names) {
            Set<Wait<?>> set = waits.get(name);
            if (set != null) {
                set.remove(wait);
                if (set.isEmpty()) {
                    waits.remove(name);
                }
            }
        }
    }
}
