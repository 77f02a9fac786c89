package io.hatchery.runner.session;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.session.SessionProtocol;
import io.hatchery.protocol.session.SessionRequest;
import io.hatchery.protocol.session.SessionTicket;
import io.hatchery.runner.host.SupervisorProgram;
import io.hatchery.runner.process.HostProcesses;
import io.hatchery.runner.process.ProcessRef;
import io.hatchery.spec.ContainerName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions of this host, bounded in number. */
public final class Sessions implements SessionOpener {
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration DEATH = Duration.ofSeconds(12);

    private final Vertx vertx;
    private final SessionSettings settings;
    private final SupervisorProgram supervisor;
    private final WebSocketClient client;
    private final Set<Slot> slots = new HashSet<>();
    private boolean isClosed;

    /** A place among the sessions, from before its websocket is opened until nothing of it is left. */
    private static final class Slot {
        private final ContainerName container;
        private @Nullable OpenSession session; // until the leader is found

        Slot(ContainerName container) {
            this.container = container;
        }
    }

    /** None is open. */
    public Sessions(Vertx vertx, SessionSettings settings, SupervisorProgram supervisor) {
        this.vertx = vertx;
        this.settings = settings;
        this.supervisor = supervisor;
        var options = new WebSocketClientOptions()
                .setConnectTimeout((int) CONNECT.toMillis())
                .setMaxConnections(SessionSettings.MAX_SESSIONS)
                .setMaxFrameSize(SessionProtocol.MAX_MESSAGE)
                .setMaxMessageSize(SessionProtocol.MAX_MESSAGE);
        Path authority = settings.authority();
        if (authority != null) {
            options.setTrustOptions(new PemTrustOptions().addCertPath(authority.toString()));
        }
        this.client = vertx.createWebSocketClient(options);
    }

    @Override
    public Future<Void> open(CommandId id, SessionTicket ticket, SessionTarget target) {
        ContainerName container = target.container();
        if (isClosed) {
            return Future.failedFuture("the runner is stopping");
        }
        if (slots.size() >= SessionSettings.MAX_SESSIONS) {
            return Future.failedFuture("the host has " + slots.size() + " sessions already: end one of them");
        }
        long ofContainer =
                slots.stream().filter(slot -> slot.container.equals(container)).count();
        if (ofContainer >= SessionSettings.MAX_OF_CONTAINER) {
            return Future.failedFuture(
                    "container " + container + " has " + ofContainer + " sessions already: end one of them");
        }
        var slot = new Slot(container);
        slots.add(slot);
        return connect(id, ticket, target, slot).onFailure(e -> slots.remove(slot));
    }

    private Future<Void> connect(CommandId id, SessionTicket ticket, SessionTarget target, Slot slot) {
        GatewayAddress gateway;
        try {
            gateway = GatewayAddress.of(ticket.gateway(), id);
        } catch (IllegalArgumentException e) {
            return Future.failedFuture(e);
        }
        return vertx.executeBlocking(() -> find(target), false).compose(leader -> {
            ClientWebSocket socket = client.webSocket();
            var session = new OpenSession(
                    id.value(),
                    target.container(),
                    socket,
                    vertx,
                    settings.idle(),
                    (request, listener) -> start(id, leader, request, listener));
            slot.session = session;
            session.ended().onComplete(over -> slots.remove(slot));
            return socket.connect(options(gateway, ticket))
                    .onFailure(e -> session.end("the gateway cannot be reached"))
                    .recover(e -> Future.failedFuture("the runner cannot open the session at " + ticket.gateway() + " ("
                            + e.getMessage() + "): check gateway.url and runner.gateway-ca.file"))
                    .mapEmpty();
        });
    }

    private static WebSocketConnectOptions options(GatewayAddress gateway, SessionTicket ticket) {
        return new WebSocketConnectOptions()
                .setHost(gateway.host())
                .setPort(gateway.port())
                .setSsl(gateway.isEncrypted())
                .setURI(gateway.path())
                .addHeader("Authorization", "Bearer " + ticket.secret())
                .addSubProtocol(SessionProtocol.RUNNER);
    }

    private SessionProcess start(
            CommandId id, ProcessRef leader, SessionRequest request, SessionProcess.SessionListener listener)
            throws IOException {
        return SessionProcess.start(supervisor.session(leader), request, id.value(), listener);
    }

    /** The leader, named so that no process is taken for it that got its pid; it is in a control group of the container. */
    private static ProcessRef find(SessionTarget target) throws IOException {
        ProcessRef leader = new HostProcesses()
                .of(target.leader())
                .orElseThrow(() -> new IOException("the init of container " + target.container() + " has ended"));
        String name = target.container().value();
        for (String group : Files.readAllLines(Path.of("/proc/" + leader.pid() + "/cgroup"))) {
            for (String part : group.substring(group.lastIndexOf(':') + 1).split("/")) {
                if (part.equals(name)
                        || part.equals("container-" + name + ".service")
                        || part.equals(name + ".nspawn")) {
                    return leader;
                }
            }
        }
        throw new IOException("process " + leader.pid() + " is not the init of container " + name);
    }

    @Override
    public Future<Void> end(ContainerName container, String reason) {
        return endAll(slot -> slot.container.equals(container), reason);
    }

    @Override
    public Future<Void> close() {
        isClosed = true;
        return endAll(slot -> true, "the runner is stopping").eventually(client::close);
    }

    private Future<Void> endAll(Predicate<Slot> which, String reason) {
        List<Future<Void>> ends = new ArrayList<>();
        for (Slot slot : List.copyOf(slots)) {
            OpenSession session = slot.session;
            if (session != null && which.test(slot)) {
                session.end(reason);
                ends.add(session.ended());
            }
        }
        if (ends.isEmpty()) {
            return Future.succeededFuture();
        }
        Promise<Void> late = Promise.promise();
        long timer = vertx.setTimer(DEATH.toMillis(), tick -> {
            LOG.warn("sessions do not end, and are not waited for");
            late.tryComplete();
        });
        return Future.any(Future.join(ends).otherwiseEmpty(), late.future())
                .onComplete(over -> vertx.cancelTimer(timer))
                .mapEmpty();
    }
}
