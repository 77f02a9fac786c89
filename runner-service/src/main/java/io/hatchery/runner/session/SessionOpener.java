package io.hatchery.runner.session;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.session.SessionTicket;
import io.hatchery.spec.ContainerName;
import io.vertx.core.Future;

/** Opens and ends sessions on this host. All calls come on one context. */
public interface SessionOpener {
    /** Of a host without sessions, such as a simulated one. */
    SessionOpener NONE = new SessionOpener() {
        @Override
        public Future<Void> open(CommandId id, SessionTicket ticket, SessionTarget target) {
            return Future.failedFuture("this host has no sessions");
        }

        @Override
        public Future<Void> end(ContainerName container, String reason) {
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> close() {
            return Future.succeededFuture();
        }
    };

    /** Opens the websocket of a session; completes when it is open, fails with the reason for the client. */
    Future<Void> open(CommandId id, SessionTicket ticket, SessionTarget target);

    /** Ends the sessions in a container; completes when nothing of them is left, or they take too long. */
    Future<Void> end(ContainerName container, String reason);

    /** Ends all sessions. */
    Future<Void> close();
}
