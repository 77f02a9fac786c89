package io.hatchery.gateway.http;

import io.hatchery.gateway.http.Endpoint.Parameter;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Evaluation.GivenSystem;
import io.hatchery.protocol.resource.SystemGeneration;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.Payload;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The systems that a container was given: what their builds print, which there were, and the way back. */
final class SystemsApi {
    private final ServedFleet fleet;
    private final ContainersApi containers;

    SystemsApi(ServedFleet fleet, ContainersApi containers) {
        this.fleet = fleet;
        this.containers = containers;
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get("/v1/containers/{name}/build-log")
                        .id("getBuildLog")
                        .summary("Shows what the evaluation and the build of its system printed lately")
                        .parameters(Parameter.query(
                                "since",
                                "The next of an earlier answer: only what came after",
                                ParameterTypes.count(0)))
                        .answers(200, "BuildLog")
                        .problems(400, 404)
                        .handledBy(this::buildLog),
                Endpoint.get("/v1/containers/{name}/generations")
                        .id("listGenerations")
                        .summary("Lists its last systems, the newest first")
                        .answers(200, "SystemGenerationList")
                        .problems(400, 404)
                        .handledBy(this::generations),
                Endpoint.post("/v1/containers/{name}/rollback")
                        .id("rollbackContainer")
                        .summary("Defines it again with an earlier system; by default the previous one")
                        .parameters(
                                Parameter.query("to", "The generation of the system", ParameterTypes.count(1)),
                                Parameter.query(
                                        "wait",
                                        "A time span to wait for its system to be built, such as 10min",
                                        ParameterTypes.span()),
                                ContainersApi.IF_MATCH)
                        .answers(200, "Container")
                        .answers(202, "Container")
                        .problems(400, 404, 409, 412, 422, 503)
                        .handledBy(this::rollback));
    }

    private void buildLog(RoutingContext request) {
        ContainerName name = Requests.container(request);
        Long since = Requests.query(request, "since", Long::valueOf);
        fleet.answer(request, view -> {
            ContainersApi.requireThere(view, name);
            return Answer.of(200, view.buildLogs().since(name, since == null ? 0 : since));
        });
    }

    private void generations(RoutingContext request) {
        ContainerName name = Requests.container(request);
        fleet.answer(request, view -> {
            ContainersApi.requireThere(view, name);
            Generation running = view.running(name);
            List<SystemGeneration> generations = view.evaluation(name).stream()
                    .flatMap(evaluation -> evaluation.systems().reversed().stream()
                            .map(system -> {
                                boolean runs = running != null && isOf(evaluation, running, system);
                                return SystemGeneration.of(system, isCurrent(evaluation, system), runs);
                            }))
                    .toList();
            return PagedList.all(generations);
        });
    }

    private static boolean isCurrent(Evaluation evaluation, GivenSystem system) {
        return evaluation.spec() != null
                && system.path().equals(current(evaluation))
                && isOf(evaluation, evaluation.spec().generation(), system);
    }

    private static @Nullable String current(Evaluation evaluation) {
        return evaluation.spec() != null && evaluation.spec().payload() instanceof Payload.SystemPath(String path)
                ? path
                : null;
    }

    private static boolean isOf(Evaluation evaluation, Generation generation, GivenSystem system) {
        return evaluation.systemOf(generation).filter(system::equals).isPresent();
    }

    private void rollback(RoutingContext request) {
        ContainerName name = Requests.container(request);
        Long to = Requests.query(request, "to", Long::valueOf);
        fleet.read(request, view -> {
                    ContainersApi.requireThere(view, name);
                    return view.evaluation(name);
                })
                .map(known -> {
                    rollback(request, name, to, known.orElse(null));
                    return null;
                })
                .onFailure(request::fail);
    }

    private void rollback(
            RoutingContext request, ContainerName name, @Nullable Long to, @Nullable Evaluation evaluation) {
        ContainerDefinition definition = evaluation == null ? null : evaluation.definition();
        if (evaluation == null || definition == null) {
            throw new ApiProblem(
                    ProblemType.NO_SPEC,
                    "container " + name + " has no definition to change: define it again with hatchery apply");
        }
        String path = to == null ? before(name, evaluation) : named(name, evaluation, to);
        RequestAudit.detail(request, "to " + path);
        Precondition asked = Precondition.of(request, true);
        containers.define(
                request,
                name,
                definition.pinnedTo(path),
                asked.revision() == null ? Precondition.unchangedSince(evaluation.revision()) : asked);
    }

    private static String before(ContainerName name, Evaluation evaluation) {
        List<GivenSystem> systems = evaluation.systems();
        return systems.reversed().stream()
                .map(GivenSystem::path)
                .filter(path -> !path.equals(current(evaluation)))
                .findFirst()
                .orElseThrow(() -> new ApiProblem(
                        ProblemType.NO_OTHER_SYSTEM,
                        "container " + name
                                + " had no other system before: apply a definition with the system instead"));
    }

    private static String named(ContainerName name, Evaluation evaluation, long generation) {
        return evaluation.systems().stream()
                .filter(system -> system.generation().value() == generation)
                .map(GivenSystem::path)
                .findFirst()
                .orElseThrow(() -> new ApiProblem(
                        ProblemType.NOT_FOUND,
                        "container " + name + " has no system of generation " + generation + "; there are "
                                + evaluation.systems().stream()
                                        .map(system -> system.generation().toString())
                                        .collect(Collectors.joining(", "))));
    }
}
