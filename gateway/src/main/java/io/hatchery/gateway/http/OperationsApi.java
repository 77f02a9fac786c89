package io.hatchery.gateway.http;

import io.hatchery.bus.Message;
import io.hatchery.bus.Position;
import io.hatchery.bus.Publisher;
import io.hatchery.gateway.http.Endpoint.Parameter;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.Operation;
import io.hatchery.gateway.view.OperationQuery;
import io.hatchery.gateway.view.OperationState;
import io.hatchery.gateway.view.Operations;
import io.hatchery.gateway.view.SubmittedOperations;
import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Commands, and what became of them. */
final class OperationsApi {
    private final FleetView view;
    private final SubmittedOperations submitted;
    private final Publisher publisher;
    private final ViewAwaiter waiting;
    private final Clock clock;

    OperationsApi(ServedFleet fleet, Publisher publisher, ViewAwaiter waiting, Clock clock) {
        this.view = fleet.view();
        this.submitted = fleet.submitted();
        this.publisher = publisher;
        this.waiting = waiting;
        this.clock = clock;
    }

    List<Endpoint> endpoints() {
        var endpoints = new ArrayList<Endpoint>();
        for (Verb verb : Verb.commands()) {
            endpoints.add(Endpoint.post("/v1/containers/{name}/" + verb.word())
                    .id(verb.word() + "Container")
                    .summary("Sends the command " + verb.word())
                    .parameters(
                            Parameter.query(
                                    "wait", "A time span to wait for the outcome, such as 30s", ParameterTypes.span()),
                            Parameter.query("deadline", "When it is too late to begin", ParameterTypes.time()),
                            Parameter.header(
                                    "Idempotency-Key", "Becomes the command's id: the same key is executed once"))
                    .answers(200, "Operation")
                    .answers(202, "Operation")
                    .problems(400, 404, 409, 503)
                    .handledBy(request -> command(request, verb)));
        }
        endpoints.add(Endpoint.get("/v1/operations")
                .id("listOperations")
                .summary("Lists operations, the newest first: those that are pending, or ended within a day")
                .parameters(
                        Parameter.query("container", "Only those of this one", ParameterTypes.container()),
                        Parameter.query("host", "Only those on this one", ParameterTypes.host()),
                        Parameter.query(
                                "state",
                                "Only those that are pending, or that ended so",
                                ParameterTypes.oneOf(OperationState.class)),
                        Parameter.query("command", "Only those of this command", ParameterTypes.oneOf(Verb.class)),
                        PagedList.LIMIT,
                        PagedList.CURSOR)
                .answers(200, "OperationList")
                .problems(400)
                .handledBy(this::list));
        endpoints.add(Endpoint.get("/v1/operations/{id}")
                .id("getOperation")
                .summary("Shows what became of a command")
                .parameters(Parameter.query(
                        "wait", "A time span to wait for the outcome, such as 30s", ParameterTypes.span()))
                .answers(200, "Operation")
                .answers(202, "Operation")
                .problems(400, 404, 503)
                .handledBy(this::get));
        return endpoints;
    }

    private void command(RoutingContext request, Verb verb) {
        ContainerName name = Requests.container(request);
        Requests.waitFor(request); // wrong words are refused before anything is done
        Evaluation evaluation = view.evaluation(name)
                .filter(e -> view.isThere(name))
                .orElseThrow(() -> new ApiProblem(
                        ProblemType.NOT_FOUND, "there is no container " + name + ": run hatchery list for the names"));
        if (evaluation.spec() == null && evaluation.state() == Evaluation.State.BUILDING) {
            whenBuilt(request, evaluation, verb);
            return;
        }
        if (evaluation.spec() == null) {
            throw new ApiProblem(
                    ProblemType.NO_SPEC,
                    "container " + name + " has no spec in force (its evaluation is "
                            + evaluation.state().name().toLowerCase(java.util.Locale.ROOT)
                            + "): run hatchery show " + name + " for its errors");
        }
        CommandId id = commandId(request);
        Instant deadline = Requests.query(request, "deadline", Requests::time);
        var command = new Command(verb, name, evaluation.spec().generation(), deadline, Api.REQUESTER);
        Optional<Operation> known = submitted.operation(id);
        if (known.isPresent()) {
            if (known.get().command() != verb || !known.get().container().equals(name)) {
                throw new ApiProblem(
                        ProblemType.KEY_REUSED,
                        "Idempotency-Key " + id + " was used for "
                                + known.get().command().word() + " of "
                                + known.get().container() + ": use a new key for another command");
            }
            if (submitted.isWritten(id)) {
                answer(request, id);
                return;
            }
        }
        if (known.isEmpty() && view.operations().hasEnded(id)) {
            throw new ApiProblem(
                    ProblemType.KEY_REUSED,
                    "Idempotency-Key " + id + " was used for a command that ended more than "
                            + Operations.ENDED_KEPT.toHours() + " hours ago, and what became of it is no longer kept:"
                            + " use a new key");
        }
        HostName host = evaluation.spec().host();
        var message = Message.of(
                Topics.commands(host).name(), name.value(), command, id.value(), Api.SOURCE, clock.instant());
        publish(Operation.pending(id, command, host, clock.instant()), message)
                .map(position -> {
                    answer(request, id);
                    return null;
                })
                .onFailure(request::fail);
    }

    /** Writes the record of an operation, which is shown as pending from now on and forgotten if the write fails. */
    Future<Position> publish(Operation operation, Message message) {
        if (!submitted.submit(operation)) {
            throw new ApiProblem(
                    ProblemType.TOO_MANY_REQUESTS,
                    SubmittedOperations.MAX_OPERATIONS + " commands are being written already: try again in a second");
        }
        return publisher
                .publish(message)
                .onSuccess(position -> submitted.written(operation))
                .onFailure(e -> submitted.withdraw(operation.id()));
    }

    /** A client that waits for the outcome waits for the container's first system too. */
    private void whenBuilt(RoutingContext request, Evaluation evaluation, Verb verb) {
        Duration patience = Requests.waitFor(request).orElse(Duration.ZERO);
        waiting.built(evaluation.container(), evaluation.revision(), patience)
                .map(built -> {
                    if (built.isPresent()
                            && built.get().spec() == null
                            && built.get().state() == Evaluation.State.BUILDING) {
                        throw new ApiProblem(
                                ProblemType.SYSTEM_BUILDING,
                                "the system of container " + evaluation.container()
                                        + " is being built: wait for it longer, for example 10min");
                    }
                    command(request, verb);
                    return null;
                })
                .onFailure(request::fail);
    }

    private static CommandId commandId(RoutingContext request) {
        String key = request.request().getHeader("Idempotency-Key");
        try {
            return new CommandId(key == null ? UUID.randomUUID().toString() : key);
        } catch (IllegalArgumentException e) {
            throw new ApiProblem(ProblemType.INVALID_REQUEST, "Idempotency-Key: " + e.getMessage());
        }
    }

    private void list(RoutingContext request) {
        var query = new OperationQuery(
                Requests.query(request, "container", ContainerName::new),
                Requests.query(request, "host", HostName::new),
                Requests.query(request, "state", OperationsApi::state),
                Requests.query(request, "command", OperationsApi::verb),
                Requests.query(request, "cursor", OperationQuery.PagePosition::parse));
        PagedList.answer(
                request,
                query.first(PagedList.limit(request) + 1, submitted.all()),
                Json::node,
                operation -> OperationQuery.PagePosition.of(operation).text());
    }

    private static OperationState state(String word) {
        return Requests.oneOf("state", word, List.of(OperationState.values()), OperationState::word);
    }

    private static Verb verb(String word) {
        return Requests.oneOf("command", word, List.of(Verb.values()), Verb::word);
    }

    private void get(RoutingContext request) {
        CommandId id = Requests.path(request, "id", CommandId::new);
        if (submitted.operation(id).isEmpty()) {
            throw new ApiProblem(
                    ProblemType.NOT_FOUND,
                    "there is no operation " + id + ": operations are shown for 24 hours after their end");
        }
        Optional<Duration> wait = Requests.waitFor(request);
        if (wait.isEmpty()) {
            show(request, 200, id);
        } else {
            awaitOutcome(request, id, wait.get());
        }
    }

    /** Answers with an operation just begun: its end if the client waits for it, else where to look for it. */
    void answer(RoutingContext request, CommandId id) {
        request.response()
                .putHeader("Location", "/v1/operations/" + URLEncoder.encode(id.value(), StandardCharsets.UTF_8));
        Optional<Duration> wait = Requests.waitFor(request);
        if (wait.isEmpty()) {
            show(request, 202, id);
        } else {
            awaitOutcome(request, id, wait.get());
        }
    }

    private void awaitOutcome(RoutingContext request, CommandId id, Duration patience) {
        waiting.outcome(id, patience)
                .map(ended -> {
                    show(request, ended.isPresent() ? 200 : 202, id);
                    return null;
                })
                .onFailure(request::fail);
    }

    private void show(RoutingContext request, int status, CommandId id) {
        Responses.json(
                request,
                status,
                submitted
                        .operation(id)
                        .orElseThrow(() -> new ApiProblem(
                                ProblemType.NOT_FOUND,
                                "there is no operation " + id
                                        + " any more: operations are shown for 24 hours after their end")));
    }
}
