package io.hatchery.runner.service;

import io.hatchery.runner.journal.Ledger;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.jspecify.annotations.Nullable;

/**
 * Makes the records of a {@link Ledger} durable. Records of several containers share a wait for the disk: those made during one wait
 * become durable with the next.
 */
final class OutcomeSync {
    private final Ledger ledger;
    private boolean waiting;
    private @Nullable Promise<Void> next;

    OutcomeSync(Ledger ledger) {
        this.ledger = ledger;
    }

    /** Completes when all records are durable that were made before the call. */
    Future<Void> sync() {
        if (!waiting) {
            return begin();
        }
        if (next == null) {
            next = Promise.promise();
        }
        return next.future();
    }

    private Future<Void> begin() {
        waiting = true;
        return ledger.sync().onComplete(done -> {
            waiting = false;
            Promise<Void> following = next;
            if (following != null) {
                next = null;
                begin().onComplete(following);
            }
        });
    }
}
