package io.hatchery.gateway.http;

import io.hatchery.bus.Message;
import io.hatchery.bus.Position;
import io.hatchery.bus.Publisher;
import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.gateway.http.Endpoint.Parameter;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.Operation;
import io.hatchery.gateway.view.OperationQuery;
import io.hatchery.gateway.view.OperationState;
import io.hatchery.gateway.view.OperationTable;
import io.hatchery.gateway.view.SubmittedOperations;
import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
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
    private final ServedFleet fleet;
    private final SubmittedOperations submitted;
    private final Publisher publisher;
    private final ViewAwaiter waiting;
    private final Clock clock;

    OperationsApi(ServedFleet fleet, Publisher publisher, ViewAwaiter waiting, Clock clock) {
        this.fleet = fleet;
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

    /**
     * What a command needs to know.
     *
     * @param known the operation of the same id; empty if there is none
     */
    private record CommandContext(
            Evaluation evaluation, Optional<Operation> known, boolean isWritten, boolean hasEnded) {}

    /** A key may be that of an operation that the principal does not see. */
    private CommandContext context(FleetView whole, ApiPrincipal principal, ContainerName name, CommandId id) {
        FleetView view = whole.seenBy(principal);
        Evaluation evaluation = view.evaluation(name)
                .filter(e -> view.isThere(name))
                .orElseThrow(() -> new ApiProblem(
                        ProblemType.NOT_FOUND, "there is no container " + name + ": run hatchery list for the names"));
        return new CommandContext(
                evaluation, submitted.operation(whole, id), submitted.isWritten(whole, id), whole.hasEnded(id));
    }

    private void command(RoutingContext request, Verb verb) {
        ContainerName name = Requests.container(request);
        Requests.waitFor(request); // wrong words are refused before anything is done
        Instant deadline = Requests.query(request, "deadline", Requests::time);
        CommandId id = commandId(request);
        ApiPrincipal principal = Requests.principal(request);
        fleet.readWhole(principal, whole -> context(whole, principal, name, id))
                .map(context -> {
                    ContainerSpec spec = context.evaluation.spec();
                    if (spec == null) {
                        withoutSpec(request, context.evaluation, verb);
                    } else if (isNew(context, id, name, verb) && !isBeingWritten(id, name, verb)) {
                        var command = new Command(verb, name, spec.generation(), deadline, principal.name());
                        publish(request, id, command, spec);
                    } else {
                        answer(request, id, name);
                    }
                    return null;
                })
                .onFailure(request::fail);
    }

    private void withoutSpec(RoutingContext request, Evaluation evaluation, Verb verb) {
        if (evaluation.state() == Evaluation.State.BUILDING) {
            whenBuilt(request, evaluation, verb);
            return;
        }
        throw new ApiProblem(
                ProblemType.NO_SPEC,
                "container " + evaluation.container() + " has no spec in force (its evaluation is "
                        + evaluation.state().name().toLowerCase(java.util.Locale.ROOT)
                        + "): run hatchery show " + evaluation.container() + " for its errors");
    }

    /** Whether the command is to be written: an Idempotency-Key may name one that is. */
    private static boolean isNew(CommandContext context, CommandId id, ContainerName name, Verb verb) {
        if (context.known.isPresent()) {
            requireSame(context.known.get(), id, name, verb);
            return !context.isWritten;
        }
        if (context.hasEnded) {
            throw new ApiProblem(
                    ProblemType.KEY_REUSED,
                    "Idempotency-Key " + id + " was used for a command that ended more than "
                            + OperationTable.ENDED_KEPT.toHours()
                            + " hours ago, and what became of it is no longer kept: use a new key");
        }
        return true;
    }

    /** Whether a request that came a moment before writes the command of that id; comes on the context, as writes do. */
    private boolean isBeingWritten(CommandId id, ContainerName name, Verb verb) {
        Optional<Operation> other = submitted.find(id);
        other.ifPresent(known -> requireSame(known, id, name, verb));
        return other.isPresent();
    }

    private static void requireSame(Operation known, CommandId id, ContainerName name, Verb verb) {
        if (known.command() != verb || !known.container().equals(name)) {
            throw new ApiProblem(
                    ProblemType.KEY_REUSED,
                    "Idempotency-Key " + id + " was used for another command: use a new key for this one");
        }
    }

    private void publish(RoutingContext request, CommandId id, Command command, ContainerSpec spec) {
        HostName host = spec.host();
        var message = Message.of(
                Topics.commands(host).name(),
                command.container().value(),
                command,
                id.value(),
                Api.SOURCE,
                clock.instant());
        publish(Operation.pending(id, command, host, clock.instant()), message)
                .map(position -> {
                    answer(request, id, command.container());
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
        int limit = PagedList.limit(request);
        fleet.answer(
                request,
                view -> PagedList.page(
                        limit,
                        submitted.first(view, query, limit + 1).stream(),
                        Json::text,
                        operation -> OperationQuery.PagePosition.of(operation).text()));
    }

    private static OperationState state(String word) {
        return Requests.oneOf("state", word, List.of(OperationState.values()), OperationState::word);
    }

    private static Verb verb(String word) {
        return Requests.oneOf("command", word, List.of(Verb.values()), Verb::word);
    }

    private void get(RoutingContext request) {
        CommandId id = Requests.path(request, "id", CommandId::new);
        Optional<Duration> wait = Requests.waitFor(request);
        if (wait.isEmpty()) {
            fleet.answer(request, view -> Answer.of(200, find(view, id)));
            return;
        }
        fleet.read(request, view -> find(view, id))
                .onSuccess(operation -> awaitOutcome(request, id, operation.container(), wait.get()))
                .onFailure(request::fail);
    }

    private Operation find(FleetView view, CommandId id) {
        return submitted
                .operation(view, id)
                .orElseThrow(() -> new ApiProblem(
                        ProblemType.NOT_FOUND,
                        "there is no operation " + id + ": operations are shown for 24 hours after their end"));
    }

    /** Answers with an operation just begun: its end if the client waits for it, else where to look for it. */
    void answer(RoutingContext request, CommandId id, ContainerName container) {
        request.response()
                .putHeader("Location", "/v1/operations/" + URLEncoder.encode(id.value(), StandardCharsets.UTF_8));
        Optional<Duration> wait = Requests.waitFor(request);
        if (wait.isEmpty()) {
            fleet.answer(request, view -> Answer.of(202, find(view, id)));
        } else {
            awaitOutcome(request, id, container, wait.get());
        }
    }

    private void awaitOutcome(RoutingContext request, CommandId id, ContainerName container, Duration patience) {
        waiting.outcome(id, container, patience)
                .compose(ended -> fleet.read(request, view -> Answer.of(ended.isPresent() ? 200 : 202, find(view, id))))
                .onSuccess(answer -> Responses.answer(request, answer))
                .onFailure(request::fail);
    }
}
