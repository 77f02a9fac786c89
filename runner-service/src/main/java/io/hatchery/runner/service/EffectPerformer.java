package io.hatchery.runner.service;

import io.hatchery.runner.driver.Driver;
import io.hatchery.runner.lifecycle.Effect;
import io.hatchery.runner.lifecycle.Input;
import io.hatchery.runner.lifecycle.Removal;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.vertx.core.Future;
import java.nio.file.FileSystemException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out the {@link Effect}s of one container's lifecycle with the driver. All calls are made on one context. */
final class EffectPerformer {
    private static final Logger LOG = LoggerFactory.getLogger(EffectPerformer.class);

    private final ControllerContext context;
    private final ContainerName container;
    private final Consumer<Input> answers;
    private Future<Void> reloading = Future.succeededFuture();

    /**
     * @param answers takes what follows from an effect
     */
    EffectPerformer(ControllerContext context, ContainerName container, Consumer<Input> answers) {
        this.context = context;
        this.container = container;
        this.answers = answers;
    }

    /** Carries out one effect, and answers with an input when it ends. */
    void perform(Effect effect) {
        Driver driver = context.driver();
        switch (effect) {
            case Effect.Define e -> define(driver, e.spec());
            case Effect.Adopt e ->
                answer(
                        driver.adopt(e.spec(), e.run()),
                        new Input.Spawned(e.run()),
                        why -> new Input.LaunchFailed(e.run(), why));
            case Effect.Fetch e ->
                answer(
                        driver.fetch(e.spec()),
                        new Input.Fetched(e.run(), e.spec()),
                        why -> new Input.FetchFailed(e.run(), e.spec(), why));
            case Effect.CancelPrepare e -> driver.abandon(e.container());
            case Effect.Prepare e ->
                answer(
                        driver.prepare(e.spec()),
                        new Input.Prepared(e.run()),
                        why -> new Input.LaunchFailed(e.run(), why));
            case Effect.Spawn e ->
                answer(
                        context.gate().enter(e.spec().name()).compose(entered -> driver.spawn(e.spec(), e.run())),
                        new Input.Spawned(e.run()),
                        why -> new Input.LaunchFailed(e.run(), why));
            case Effect.Reload e -> reload(driver, e);
            case Effect.SignalLeader e -> report(driver.signalLeader(e.spec(), e.run()));
            case Effect.TerminateSupervisor e -> report(driver.terminateSupervisor(e.container(), e.run()));
            case Effect.Kill e -> report(driver.kill(e.container(), e.run()));
            case Effect.CleanUp e ->
                answer(
                        driver.cleanUp(e.container(), e.run()),
                        new Input.CleanedUp(e.run()),
                        why -> new Input.CleanUpFailed(e.run(), why));
            case Effect.Remove e -> remove(driver, e);
            case Effect.Publish e -> {} // published before, in the order of EventMapper
        }
    }

    private void define(Driver driver, ContainerSpec spec) {
        driver.define(spec).onFailure(e -> {
            LOG.warn("{}: {}", container, reason(e));
            answers.accept(new Input.DefineFailed(reason(e)));
        });
    }

    /** One after another, so that the container ends with the newest spec. */
    private void reload(Driver driver, Effect.Reload e) {
        reloading = reloading.transform(any -> driver.reload(e.spec(), e.run()));
        answer(reloading, new Input.Reloaded(e.run(), e.spec()), why -> new Input.ReloadFailed(e.run(), e.spec(), why));
    }

    private void remove(Driver driver, Effect.Remove e) {
        Removal removal = e.removal();
        ContainerName sharer = removal.purge() ? context.otherWithRoot(e.container(), removal.root()) : null;
        if (sharer == null) {
            answer(
                    driver.remove(e.container(), removal),
                    new Input.Removed(removal),
                    why -> new Input.RemovalFailed(removal, why));
            return;
        }
        var input = new Input.RemovalFailed(
                removal,
                "the container is removed, but its root " + removal.root() + " is not purged: container " + sharer
                        + " has it too");
        answer(
                driver.remove(e.container(), new Removal(removal.root(), false)),
                input,
                why -> new Input.RemovalFailed(removal, why));
    }

    private void answer(Future<Void> effect, Input done, Function<String, Input> failed) {
        effect.onComplete(result -> {
            if (result.failed()) {
                LOG.warn("{}: {}", container, reason(result.cause()));
            }
            answers.accept(result.succeeded() ? done : failed.apply(reason(result.cause())));
        });
    }

    /** A signal that could not be sent is not sent again: the stop escalates after its timeout. */
    private void report(Future<Void> signal) {
        signal.onFailure(e -> LOG.warn("{}: {}", container, reason(e)));
    }

    private static String reason(Throwable e) {
        String message = e.getMessage();
        return e instanceof FileSystemException || message == null ? e.toString() : message;
    }
}
