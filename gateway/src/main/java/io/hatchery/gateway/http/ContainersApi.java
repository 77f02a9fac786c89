package io.hatchery.gateway.http;

import io.hatchery.bus.Message;
import io.hatchery.bus.Publisher;
import io.hatchery.gateway.http.Endpoint.Parameter;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.Operation;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.resource.Container;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.option.Evaluator;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads, defines and deletes containers. */
final class ContainersApi {
    private static final Duration EVALUATION_TIMEOUT = Duration.ofSeconds(10);
    static final Parameter IF_MATCH =
            Parameter.header("If-Match", "The ETag that the change is meant for; 412 if another is in force");

    private final FleetView view;
    private final Publisher publisher;
    private final ViewAwaiter waiting;
    private final OperationsApi operations;
    private final DefinitionChecks checks;
    private final DefinitionMessages messages;
    private final Clock clock;

    ContainersApi(
            FleetView view,
            Publisher publisher,
            ViewAwaiter waiting,
            OperationsApi operations,
            DefinitionChecks checks,
            Clock clock) {
        this.view = view;
        this.publisher = publisher;
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
                        .summary("Lists containers by name")
                        .parameters(
                                Parameter.query("host", "Only those of this host", ParameterTypes.host()),
                                Parameter.query("phase", "Only those in this phase", ParameterTypes.oneOf(Phase.class)),
                                Parameter.query(
                                        "label",
                                        "Only those with this label, key or key=value; may be repeated",
                                        ParameterTypes.list()),
                                PagedList.LIMIT,
                                PagedList.CURSOR)
                        .answers(200, "ContainerList")
                        .problems(400)
                        .handledBy(this::list),
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
        ContainerName after = Requests.query(request, "cursor", ContainerName::new);
        HostName host = Requests.query(request, "host", HostName::new);
        Phase phase = Requests.query(request, "phase", ContainersApi::phase);
        List<String> labels = request.queryParams().getAll("label");
        PagedList.answer(
                request,
                view.containers(after).stream()
                        .filter(name -> host == null
                                || view.hostOf(name).filter(host::equals).isPresent())
                        .filter(name -> phase == null || view.phase(name, clock.instant()) == phase)
                        .filter(name -> labels.stream().allMatch(label -> hasLabel(name, label))),
                name -> view.resource(name, clock.instant()),
                ContainerName::value);
    }

    private static Phase phase(String word) {
        return Requests.oneOf("phase", word, List.of(Phase.values()), Phase::word);
    }

    private boolean hasLabel(ContainerName name, String label) {
        int equals = label.indexOf('=');
        String key = equals < 0 ? label : label.substring(0, equals);
        return view.evaluation(name)
                .map(Evaluation::spec)
                .map(spec -> spec.labels().get(key))
                .filter(value -> equals < 0 || value.equals(label.substring(equals + 1)))
                .isPresent();
    }

    private void get(RoutingContext request) {
        ContainerName name = Requests.container(request);
        requireThere(name);
        answer(request, 200, name);
    }

    void requireThere(ContainerName name) {
        if (!view.isThere(name)) {
            throw new ApiProblem(
                    ProblemType.NOT_FOUND, "there is no container " + name + ": run hatchery list for the names");
        }
    }

    private void answer(RoutingContext request, int status, ContainerName name) {
        Container resource = view.resource(name, clock.instant());
        view.evaluation(name)
                .ifPresentOrElse(
                        evaluation -> Responses.versioned(request, status, evaluation.revision(), resource),
                        () -> Responses.json(request, status, resource));
    }

    private void put(RoutingContext request) {
        ContainerName name = Requests.container(request);
        Precondition expected = Precondition.of(request, isDefined(name));
        Duration patience = patience(request);
        checks.read(request, definition -> Evaluator.checkAlone(name, definition))
                .compose(checked -> define(request, name, checked, expected, patience))
                .onFailure(request::fail);
    }

    private boolean isDefined(ContainerName name) {
        return view.evaluation(name)
                .filter(evaluation -> evaluation.state() != Evaluation.State.DELETED)
                .isPresent();
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
        boolean isNew = !view.isThere(name);
        return publisher
                .publish(message(name, definition, expected, UUID.randomUUID().toString()))
                .compose(position -> waiting.evaluationOf(name, position.offset(), EVALUATION_TIMEOUT)
                        .compose(evaluated -> evaluated.isPresent() && isBuilding(evaluated.get(), position.offset())
                                ? waiting.built(name, position.offset(), patience)
                                : Future.succeededFuture(evaluated))
                        .map(evaluated -> {
                            requireTaken(
                                    evaluated,
                                    position.offset(),
                                    expected,
                                    "the definition of " + name + " was not taken");
                            answerEvaluated(request, name, position.offset(), evaluated, isNew);
                            return null;
                        }));
    }

    private static boolean isBuilding(Evaluation evaluation, long revision) {
        return evaluation.revision() == revision && evaluation.state() == Evaluation.State.BUILDING;
    }

    private void answerEvaluated(
            RoutingContext request, ContainerName name, long revision, Optional<Evaluation> evaluated, boolean isNew) {
        if (evaluated.isEmpty()) {
            answer(request, 202, name);
            return;
        }
        Evaluation evaluation = evaluated.get();
        if (evaluation.revision() == revision && evaluation.state() == Evaluation.State.FAILED) {
            throw new ApiProblem(
                    ProblemType.EVALUATION_FAILED,
                    "the definition of " + name + " is stored, but its evaluation failed; the last good spec, if"
                            + " any, stays in force",
                    evaluation.errors());
        }
        answer(request, isBuilding(evaluation, revision) ? 202 : isNew ? 201 : 200, name);
    }

    /** Refuses a change that config-service refused. */
    private static void requireTaken(
            Optional<Evaluation> evaluated, long revision, Precondition expected, String consequence) {
        evaluated
                .filter(evaluation -> evaluation.evaluatedRevision() == revision)
                .map(Evaluation::refusal)
                .ifPresent(refusal -> {
                    throw new ApiProblem(expected.refusal(), consequence + ": " + refusal);
                });
    }

    private Message message(
            ContainerName name, @Nullable ContainerDefinition definition, Precondition expected, String id) {
        return messages.of(Topics.DEFINITIONS, name.value(), definition, id)
                .with(Headers.IF_MATCH, expected.revision());
    }

    private void delete(RoutingContext request) {
        ContainerName name = Requests.container(request);
        requireThere(name);
        Requests.waitFor(request); // wrong words are refused before anything is done
        Boolean purge = Requests.query(request, "purge", ContainersApi::bool);
        var id = new CommandId(UUID.randomUUID().toString());
        Precondition expected = Precondition.of(request, isDefined(name));
        var message = message(name, null, expected, id.value())
                .with(Headers.PURGE, Boolean.TRUE.equals(purge) ? "true" : null);
        operations
                .publish(Operation.removal(id, name, null, Api.REQUESTER, clock.instant()), message)
                .compose(position -> waiting.evaluationOf(name, position.offset(), EVALUATION_TIMEOUT)
                        .map(evaluated -> {
                            requireTaken(evaluated, position.offset(), expected, name + " was not deleted");
                            operations.answer(request, id);
                            return null;
                        }))
                .onFailure(request::fail);
    }

    private static boolean bool(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("write true or false");
        };
    }
}
