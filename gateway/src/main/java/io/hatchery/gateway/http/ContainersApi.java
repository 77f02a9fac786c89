package io.hatchery.gateway.http;

import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.gateway.http.Endpoint.Parameter;
import io.hatchery.gateway.stream.Streams;
import io.hatchery.gateway.view.ContainerOrder;
import io.hatchery.gateway.view.ContainerPage;
import io.hatchery.gateway.view.ContainerPlace;
import io.hatchery.gateway.view.ContainerQuery;
import io.hatchery.gateway.view.FleetFilter;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.Operation;
import io.hatchery.gateway.view.RenderedContainer;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.resource.ContainerCounts;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.option.Evaluator;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** Reads, defines and deletes containers. */
final class ContainersApi {
    static final Parameter IF_MATCH =
            Parameter.header("If-Match", "The ETag that the change is meant for; 412 if another is in force");

    private final ServedFleet fleet;
    private final ViewAwaiter waiting;
    private final OperationsApi operations;
    private final DefinitionChecks checks;
    private final DefinitionWriter writer;
    private final DefinitionMessages messages;
    private final Clock clock;

    ContainersApi(
            ServedFleet fleet,
            DefinitionWriter writer,
            ViewAwaiter waiting,
            OperationsApi operations,
            DefinitionChecks checks,
            Clock clock) {
        this.fleet = fleet;
        this.writer = writer;
        this.waiting = waiting;
        this.operations = operations;
        this.checks = checks;
        this.messages = new DefinitionMessages(clock);
        this.clock = clock;
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get("/v1/containers")
                        .id("listContainers")
                        .summary("Lists containers")
                        .parameters(ContainerFilters.parameters(
                                Parameter.query(
                                        "sort",
                                        "The order; a minus sign reverses it",
                                        ParameterTypes.oneOf(ContainerOrder.words())),
                                PagedList.LIMIT,
                                PagedList.CURSOR))
                        .answers(200, "ContainerList")
                        .problems(400)
                        .handledBy(this::list),
                Endpoint.get("/v1/container-counts")
                        .id("countContainers")
                        .summary("Counts containers by phase")
                        .parameters(ContainerFilters.parameters())
                        .answers(200, "ContainerCounts")
                        .problems(400)
                        .handledBy(this::count),
                Endpoint.get("/v1/containers/{name}")
                        .id("getContainer")
                        .summary("Shows a container")
                        .answers(200, "Container")
                        .problems(400, 404)
                        .handledBy(this::get),
                Endpoint.put("/v1/containers/{name}")
                        .id("putContainer")
                        .summary("Defines a container, in JSON or YAML")
                        .parameters(
                                IF_MATCH,
                                Precondition.IF_NONE_MATCH,
                                Parameter.query(
                                        "wait",
                                        "A time span to wait for its system to be built, such as 10min; 202 if that takes longer",
                                        ParameterTypes.span()))
                        .body("ContainerDefinition")
                        .answers(200, "Container")
                        .answers(201, "Container")
                        .answers(202, "Container")
                        .problems(400, 412, 413, 415, 422, 503)
                        .handledBy(this::put),
                Endpoint.delete("/v1/containers/{name}")
                        .id("deleteContainer")
                        .summary("Stops a container and removes it; its root stays")
                        .parameters(
                                IF_MATCH,
                                Parameter.query("purge", "Whether its root is removed too", ParameterTypes.bool()),
                                Parameter.query(
                                        "wait", "A time span to wait for the end, such as 30s", ParameterTypes.span()))
                        .answers(200, "Operation")
                        .answers(202, "Operation")
                        .problems(400, 404, 412, 503)
                        .handledBy(this::delete));
    }

    private void list(RoutingContext request) {
        var query = new ContainerQuery(
                ContainerFilters.of(request),
                Optional.ofNullable(Requests.query(request, "sort", ContainerOrder::parse))
                        .orElse(ContainerOrder.BY_NAME),
                Requests.query(request, "cursor", ContainerPlace::parse),
                PagedList.limit(request));
        if (query.after() != null && !query.after().isOf(query.order())) {
            throw new ApiProblem(
                    ProblemType.INVALID_REQUEST,
                    "query parameter cursor is of a list sorted by "
                            + (query.after().isDescending() ? "-" : "")
                            + query.after().sort().word() + ": give the next of a page of this list");
        }
        Instant readAt = fleet.streams().readAt();
        fleet.read(
                        request,
                        view -> new PageAt(
                                page(view.containers(query, clock.instant())), view.positions(Streams.TOPICS), readAt))
                .onSuccess(read -> Responses.answer(
                        request,
                        read.answer.with(
                                "stream",
                                fleet.streams()
                                        .cursorAt(read.positions, read.readAt)
                                        .text())))
                .onFailure(request::fail);
    }

    /**
     * A page of one state of the fleet.
     *
     * @param positions up to which the state has the records of the stream's topics
     */
    private record PageAt(Answer answer, Map<String, Map<Integer, Long>> positions, Instant readAt) {}

    private static Answer page(ContainerPage page) {
        return PagedList.page(
                page.containers().stream().map(RenderedContainer::json).toList(),
                page.next() == null ? null : page.next().text());
    }

    private void count(RoutingContext request) {
        FleetFilter filter = ContainerFilters.of(request);
        fleet.answer(request, view -> {
            var phases = new TreeMap<String, Integer>();
            for (Phase phase : Phase.values()) {
                phases.put(phase.word(), 0);
            }
            view.phases(filter, clock.instant()).forEach((phase, count) -> phases.put(phase.word(), count));
            int total = phases.values().stream().mapToInt(Integer::intValue).sum();
            return Answer.of(200, new ContainerCounts(total, phases));
        });
    }

    private void get(RoutingContext request) {
        ContainerName name = Requests.container(request);
        fleet.answer(request, view -> {
            requireThere(view, name);
            return answer(view, 200, name);
        });
    }

    static void requireThere(FleetView view, ContainerName name) {
        if (!view.isThere(name)) {
            throw new ApiProblem(
                    ProblemType.NOT_FOUND, "there is no container " + name + ": run hatchery list for the names");
        }
    }

    private Answer answer(FleetView view, int status, ContainerName name) {
        RenderedContainer container = view.container(name, clock.instant());
        return new Answer(status, container.revision(), container.json());
    }

    /** Whether a container is there, and whether it has a definition. */
    private record Existence(boolean isThere, boolean isDefined) {
        static Existence of(FleetView view, ContainerName name) {
            return new Existence(
                    view.isThere(name),
                    view.evaluation(name)
                            .filter(evaluation -> evaluation.state() != Evaluation.State.DELETED)
                            .isPresent());
        }
    }

    private void put(RoutingContext request) {
        ContainerName name = Requests.container(request);
        Duration patience = patience(request);
        fleet.read(request, view -> Existence.of(view, name))
                .compose(known -> {
                    Precondition expected = Precondition.of(request, known.isDefined);
                    return checks.read(request, definition -> Evaluator.checkAlone(name, definition))
                            .compose(checked -> define(request, name, checked, expected, patience));
                })
                .onFailure(request::fail);
    }

    /** Checks and publishes a definition, and answers with what became of it. */
    void define(RoutingContext request, ContainerName name, ContainerDefinition definition, Precondition expected) {
        Duration patience = patience(request);
        checks.check(definition, any -> Evaluator.checkAlone(name, any))
                .compose(checked -> define(request, name, checked, expected, patience))
                .onFailure(request::fail);
    }

    /** How long a client waits for the system to be built; wrong words are refused before anything is done. */
    private static Duration patience(RoutingContext request) {
        return Requests.waitFor(request).orElse(Duration.ZERO);
    }

    private Future<Void> define(
            RoutingContext request,
            ContainerName name,
            DefinitionChecks.Checked checked,
            Precondition expected,
            Duration patience) {
        ContainerDefinition definition = checked.requireValid(name.value());
        return writer.write(new DefinitionWriter.DefinitionWrite(
                        Requests.principal(request), name, definition, expected, patience))
                .compose(status -> fleet.read(request, view -> answer(view, status, name)))
                .map(answer -> {
                    Responses.answer(request, answer);
                    return null;
                });
    }

    private void delete(RoutingContext request) {
        ContainerName name = Requests.container(request);
        Requests.waitFor(request); // wrong words are refused before anything is done
        boolean purge = Boolean.TRUE.equals(Requests.query(request, "purge", ContainerFilters::bool));
        if (purge) {
            RequestAudit.detail(request, "purge=true");
        }
        ApiPrincipal principal = Requests.principal(request);
        fleet.readWhole(principal, whole -> {
                    FleetView view = whole.seenBy(principal);
                    requireThere(view, name);
                    Precondition expected = Precondition.of(request, Existence.of(view, name).isDefined);
                    return new ScopeGuard(whole, principal).delete(name, expected);
                })
                .compose(expected -> delete(request, name, purge, expected))
                .onFailure(request::fail);
    }

    private Future<Void> delete(RoutingContext request, ContainerName name, boolean purge, Precondition expected) {
        ApiPrincipal principal = Requests.principal(request);
        var id = new CommandId(UUID.randomUUID().toString());
        var message = messages.of(Topics.DEFINITIONS, name.value(), null, id.value(), principal)
                .with(Headers.IF_MATCH, expected.revision())
                .with(Headers.PURGE, purge ? "true" : null);
        return operations
                .publish(Operation.removal(id, name, null, principal.name(), clock.instant()), message)
                .compose(position -> waiting.evaluationOf(name, position.offset(), DefinitionWriter.EVALUATION_TIMEOUT)
                        .map(evaluated -> {
                            DefinitionWriter.requireTaken(
                                    evaluated, position.offset(), expected, name + " was not deleted");
                            operations.answer(request, id, name);
                            return null;
                        }));
    }
}
