package io.hatchery.runner.store;

import io.hatchery.runner.context.GrowingPause;
import io.hatchery.spec.ContainerSpec;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A system on its way into the store, tried until it is there or nobody wants it. All calls come on one context. */
final class SystemFetch {
    private static final GrowingPause PAUSES = new GrowingPause(Duration.ofSeconds(1), Duration.ofMinutes(1));

    private final String path;
    private final Promise<Void> done = Promise.promise();
    private final List<Impatient> impatient = new ArrayList<>();
    private ContainerSpec spec;
    private Duration pause = PAUSES.first();
    private Runnable cancel = () -> {};
    private boolean hadTrouble;

    /** Someone who waits for so many attempts more. */
    private static final class Impatient {
        private final Promise<Void> promise = Promise.promise();
        private int attempts;

        private Impatient(int attempts) {
            this.attempts = attempts;
        }
    }

    SystemFetch(String path, ContainerSpec spec) {
        this.path = path;
        this.spec = spec;
    }

    String path() {
        return path;
    }

    /** The newest spec that wants it. */
    ContainerSpec spec() {
        return spec;
    }

    void wantedBy(ContainerSpec newest) {
        spec = newest;
    }

    /** Completes when it is there, and fails if it is given up. */
    Future<Void> done() {
        return done.future();
    }

    /** Whether an attempt has failed. */
    boolean hadTrouble() {
        return hadTrouble;
    }

    boolean isUnderWay() {
        return !done.future().isComplete();
    }

    /** Completes likewise, and fails also when that many attempts more have failed. */
    Future<Void> within(int attempts) {
        if (done.future().isComplete()) {
            return done.future();
        }
        var waiting = new Impatient(attempts);
        impatient.add(waiting);
        return waiting.promise.future();
    }

    /** What gives the present attempt, or the pause before the next, up. */
    void cancelBy(Runnable how) {
        cancel = how;
    }

    /**
     * An attempt has failed.
     *
     * @param atAll whether there is no use in waiting for the next few
     * @return how long to wait for the next
     */
    Duration failed(String reason, boolean atAll) {
        hadTrouble = true;
        for (Impatient waiting : List.copyOf(impatient)) {
            waiting.attempts--;
            if (waiting.attempts <= 0 || atAll) {
                impatient.remove(waiting);
                waiting.promise.fail(reason);
            }
        }
        if (atAll) {
            return PAUSES.longest();
        }
        Duration now = pause;
        pause = PAUSES.after(pause);
        return now;
    }

    void succeeded() {
        if (done.tryComplete()) {
            impatient.forEach(waiting -> waiting.promise.complete());
            impatient.clear();
        }
    }

    /** Those who wait for so many attempts wait no longer. */
    void abandon(String reason) {
        impatient.forEach(waiting -> waiting.promise.fail(reason));
        impatient.clear();
    }

    void giveUp(String reason) {
        cancel.run();
        abandon(reason);
        done.tryFail(reason);
    }
}
