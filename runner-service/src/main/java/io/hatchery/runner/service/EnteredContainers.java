package io.hatchery.runner.service;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.session.SessionTicket;
import io.hatchery.runner.logs.ContainerJournals;
import io.hatchery.runner.session.SessionOpener;
import io.hatchery.runner.session.SessionTarget;
import io.hatchery.spec.ContainerName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * All that this runner runs inside containers: sessions, and the followers of journals. Before a container stops, both end: an init that
 * shuts down waits 3 seconds for a process whose end it does not hear of, since its parent is outside.
 */
record EnteredContainers(Vertx vertx, SessionOpener sessions, ContainerJournals journals) implements SessionOpener {
    @Override
    public Future<Void> open(CommandId id, SessionTicket ticket, SessionTarget target) {
        return sessions.open(id, ticket, target);
    }

    @Override
    public Future<Void> end(ContainerName container, String reason) {
        Future<Void> followed = journals.isFollowedAtStop(container)
                ? vertx.executeBlocking(
                        () -> {
                            journals.endFollower(container);
                            return null;
                        },
                        false)
                : Future.succeededFuture();
        return Future.join(sessions.end(container, reason), followed).mapEmpty();
    }

    @Override
    public Future<Void> close() {
        return sessions.close();
    }
}
