package io.hatchery.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.Message;
import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.ContainerStatusBuilder;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.EvaluationBuilder;
import io.hatchery.protocol.FleetEventEndedBuilder;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.HostStatusBuilder;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.Verb;
import io.hatchery.protocol.session.SessionProtocol;
import io.hatchery.protocol.session.SessionProtocol.SessionEnd;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.Evaluator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Sessions at a gateway over a log in memory, with a client and a runner that are websockets of the test. */
@ExtendWith(VertxExtension.class)
class SessionRoutesTest {
    private static final HostName HOST = new HostName("host1");
    private static final String COMMANDS = Topics.commands(HOST).name();
    private static final ContainerName WEB = new ContainerName("web");
    private static final int PATIENCE_SECONDS = 10;

    private InMemoryGateway gateway;
    private WebSocketClient client;
    private int port;

    @BeforeEach
    void listen(Vertx vertx) throws Exception {
        gateway = new InMemoryGateway(vertx);
        client = vertx.createWebSocketClient();
        port = await(gateway.listen());
        var definition = new ContainerDefinition(
                Json.readObject("{\"boot\":true,\"host\":\"host1\"}".getBytes(StandardCharsets.UTF_8)));
        var spec = ((EvaluationResult.Good) Evaluator.evaluate(WEB, definition, Map.of()))
                .at(HOST, Generation.FIRST, null);
        publish(
                Topics.EVALUATIONS.name(),
                EvaluationBuilder.builder()
                        .container(WEB)
                        .state(Evaluation.State.EVALUATED)
                        .revision(0)
                        .evaluatedRevision(0)
                        .generation(Generation.FIRST)
                        .definition(definition)
                        .spec(spec)
                        .errors(List.of())
                        .systems(List.of())
                        .build());
        status(Phase.RUNNING);
        var heartbeat = HostStatusBuilder.builder()
                .host(HOST)
                .state(HostStatus.Availability.READY)
                .machineId("machine")
                .bootId("boot")
                .runtime("/run/hatchery")
                .pid(1)
                .version("1")
                .driver("direct")
                .cgroups("v2")
                .labels(new TreeMap<>())
                .cpus(1)
                .memory(1)
                .containers(1)
                .started(InMemoryGateway.NOW)
                .at(InMemoryGateway.NOW)
                .interval(5)
                .build();
        var _ = await(gateway.publish(
                Message.of(Topics.HOSTS.name(), HOST.value(), heartbeat, null, "/runner/host1", InMemoryGateway.NOW)));
    }

    private void publish(String topic, Object value) throws Exception {
        var _ = await(
                gateway.publish(Message.of(topic, WEB.value(), value, null, "/runner/host1", InMemoryGateway.NOW)));
    }

    private void status(Phase phase) throws Exception {
        publish(
                Topics.STATUS.name(),
                ContainerStatusBuilder.builder()
                        .container(WEB)
                        .host(HOST)
                        .phase(phase)
                        .since(InMemoryGateway.NOW)
                        .build());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** A websocket with what it has received. */
    private record Peer(WebSocket socket, BlockingQueue<Object> received) {
        static Peer of(WebSocket socket) {
            var received = new LinkedBlockingQueue<>();
            socket.binaryMessageHandler(received::add);
            socket.textMessageHandler(received::add);
            socket.closeHandler(closed -> received.add("closed"));
            return new Peer(socket, received);
        }

        Object next() throws InterruptedException {
            return received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        void send(int channel, String text) throws Exception {
            var _ = await(socket.writeBinaryMessage(message(channel, text)));
        }
    }

    private static Buffer message(int channel, String text) {
        return Buffer.buffer(SessionProtocol.message(channel, text.getBytes(StandardCharsets.UTF_8)));
    }

    private Future<Peer> connect(String path, String token, @Nullable String protocol) {
        var options = new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(port)
                .setURI(path)
                .addHeader("Hatchery-Env", "PASSWORD=hunter2")
                .addHeader("Authorization", "Bearer " + token);
        if (protocol != null) {
            options.addSubProtocol(protocol);
        }
        return client.connect(options).map(Peer::of);
    }

    private Future<Peer> exec(String query, @Nullable String protocol) {
        return connect("/v1/containers/web/exec?" + query, InMemoryGateway.TOKEN, protocol);
    }

    private Command command() throws Exception {
        return gateway.last(COMMANDS).strictValue(Command.class);
    }

    private String sessionPath() {
        return "/v1/sessions/" + gateway.last(COMMANDS).id();
    }

    private Future<Peer> connectRunner(String secret) {
        return connect(sessionPath(), secret, SessionProtocol.RUNNER);
    }

    private static int status(Future<?> refused) throws Exception {
        try {
            var _ = await(refused);
            throw new AssertionError("it was not refused");
        } catch (java.util.concurrent.ExecutionException e) {
            return ((UpgradeRejectedException) e.getCause()).getStatus();
        }
    }

    private void awaitCommand() throws InterruptedException {
        for (int tries = 0; gateway.find(COMMANDS).isEmpty() && tries < 1000; tries++) {
            Thread.sleep(10);
        }
    }

    private record Session(Peer client, Peer runner, JsonObject request) {}

    private Session open(String query, String protocol) throws Exception {
        Future<Peer> opening = exec(query, protocol);
        awaitCommand();
        Peer runner = await(connectRunner(command().session().secret()));
        Peer opened = await(opening);
        assertThat(opened.next()).isEqualTo(message(SessionProtocol.OUTPUT, ""));
        return new Session(opened, runner, new JsonObject((String) runner.next()));
    }

    @Test
    void messagesPassBetweenClientAndRunner() throws Exception {
        Session session = open("command=cat&command=-n&stdin=true&user=ann&cwd=/srv", SessionProtocol.V5);
        assertThat(session.request.getJsonArray("command").encode()).isEqualTo("[\"cat\",\"-n\"]");
        assertThat(session.request.getString("user")).isEqualTo("ann");
        assertThat(session.request.getString("folder")).isEqualTo("/srv");
        assertThat(session.request.getJsonObject("environment").encode()).isEqualTo("{\"PASSWORD\":\"hunter2\"}");
        session.client.send(SessionProtocol.INPUT, "in");
        assertThat(session.runner.next()).isEqualTo(message(SessionProtocol.INPUT, "in"));
        session.runner.send(SessionProtocol.OUTPUT, "out");
        assertThat(session.client.next()).isEqualTo(message(SessionProtocol.OUTPUT, "out"));
        session.client.send(SessionProtocol.CLOSE, "\0");
        assertThat(session.runner.next()).isEqualTo(message(SessionProtocol.CLOSE, "\0"));
        session.client.send(SessionProtocol.STATUS, "of a client"); // is not passed on
        var end = Buffer.buffer(SessionProtocol.ended(new SessionEnd(3, "")));
        var _ = await(session.runner.socket.writeBinaryMessage(end));
        var _ = session.runner.socket.close();
        assertThat(session.client.next()).isEqualTo(end);
        assertThat(session.client.next()).isEqualTo("closed");
        assertThat(session.client.socket.closeStatusCode()).isEqualTo((short) 1000);
    }

    @Test
    void textOfAClientIsBytes() throws Exception {
        Session session = open("command=cat&stdin=true", SessionProtocol.V4);
        var _ = await(session.client.socket.writeTextMessage("\0in"));
        assertThat(session.runner.next()).isEqualTo(message(SessionProtocol.INPUT, "in"));
        session.client.send(SessionProtocol.CLOSE, "\0"); // which version 4 does not have
        session.client.send(SessionProtocol.INPUT, "more");
        assertThat(session.runner.next()).isEqualTo(message(SessionProtocol.INPUT, "more"));
    }

    @Test
    void runnerThatLeavesEndsTheSessionWithAReason() throws Exception {
        Session session = open("command=cat", SessionProtocol.V5);
        var _ = session.runner.socket.close();
        assertThat(session.client.next().toString()).contains("InternalError", "connection to the runner was lost");
        assertThat(session.client.next()).isEqualTo("closed");
    }

    @Test
    void clientThatLeavesEndsTheSessionOfTheRunner() throws Exception {
        Session session = open("command=cat", SessionProtocol.V5);
        var _ = session.client.socket.close();
        assertThat(session.runner.next()).isEqualTo("closed");
    }

    @Test
    void commandHasNoValueOfTheSession() throws Exception {
        Session session = open("command=print-me&cwd=/hidden", SessionProtocol.V5);
        String written = new String(gateway.last(COMMANDS).bytes(), StandardCharsets.UTF_8);
        assertThat(written).contains("\"session\"", "\"deadline\"").doesNotContain("hunter2", "print-me", "hidden");
        var _ = session.client.socket.close();
        assertThat(session.runner.next()).isEqualTo("closed");
        String audit = new String(gateway.last(Topics.AUDIT.name()).bytes(), StandardCharsets.UTF_8);
        assertThat(audit).contains("execContainer", "the client has left").doesNotContain("hunter2");
    }

    @Test
    void secretAdmitsOnce() throws Exception {
        Future<Peer> opening = exec("command=cat", SessionProtocol.V5);
        awaitCommand();
        assertThat(status(connectRunner("wrong"))).isEqualTo(401);
        assertThat(status(connectRunner(InMemoryGateway.TOKEN))).isEqualTo(401);
        String secret = command().session().secret();
        assertThat(status(connect("/v1/sessions/other", secret, SessionProtocol.RUNNER)))
                .isEqualTo(401);
        var _ = await(connectRunner(secret));
        var _ = await(opening);
        assertThat(status(connectRunner(secret))).isEqualTo(401);
    }

    @Test
    void refusalOfTheRunnerIsAProblem() throws Exception {
        Future<Peer> opening = exec("command=cat", SessionProtocol.V5);
        awaitCommand();
        publish(
                Topics.EVENTS.name(),
                FleetEventEndedBuilder.builder()
                        .id(new CommandId(gateway.last(COMMANDS).id()))
                        .command(Verb.SESSION)
                        .container(WEB)
                        .host(HOST)
                        .submitted(InMemoryGateway.NOW)
                        .outcome(Outcome.REJECTED)
                        .reason("container web is stopping")
                        .steps(List.of())
                        .at(InMemoryGateway.NOW)
                        .build());
        assertThat(status(opening)).isEqualTo(409);
    }

    @Test
    void whatCannotBeginIsRefusedBeforeTheUpgrade() throws Exception {
        assertThat(status(exec("command=cat", null))).isEqualTo(400);
        assertThat(status(exec("command=cat", SessionProtocol.RUNNER))).isEqualTo(400);
        assertThat(status(exec("command=cat&tty=maybe", SessionProtocol.V5))).isEqualTo(400);
        assertThat(status(exec("command=cat&cwd=srv", SessionProtocol.V5))).isEqualTo(400);
        assertThat(status(connect("/v1/containers/none/exec?command=cat", InMemoryGateway.TOKEN, SessionProtocol.V5)))
                .isEqualTo(404);
        assertThat(status(connect("/v1/containers/web/exec?command=cat", "wrong", SessionProtocol.V5)))
                .isEqualTo(401);
        status(Phase.STOPPED);
        assertThat(status(exec("command=cat", SessionProtocol.V5))).isEqualTo(409);
        assertThat(gateway.find(COMMANDS)).isEmpty();
    }
}
