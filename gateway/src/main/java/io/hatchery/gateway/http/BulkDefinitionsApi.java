package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.JsonText;
import io.hatchery.spec.option.Evaluator;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Defines many containers with one request. Each definition is taken or refused by itself. */
final class BulkDefinitionsApi {
    /** The most definitions of a request. */
    static final int MAX_DEFINITIONS = 500;

    /** The most bytes of a request. */
    static final int MAX_BYTES = 4 << 20;

    private final ServedFleet fleet;
    private final DefinitionWriter writer;
    private final DefinitionChecks checks;
    private final Clock clock;

    /** A container that was taken, with the status that a request for it alone is answered with, or the problem. */
    private record BulkItem(
            String name, int status, @Nullable ApiProblem problem) {}

    BulkDefinitionsApi(ServedFleet fleet, DefinitionWriter writer, DefinitionChecks checks, Clock clock) {
        this.fleet = fleet;
        this.writer = writer;
        this.checks = checks;
        this.clock = clock;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.put("/v1/containers")
                .id("putContainers")
                .summary("Defines up to " + MAX_DEFINITIONS + " containers, each by itself")
                .parameters(Endpoint.Parameter.query(
                        "wait",
                        "A time span to wait for their systems to be built, such as 10min",
                        ParameterTypes.span()))
                .body("ContainerDefinitions")
                .bodyLimit(MAX_BYTES)
                .answers(200, "ContainerDefinitionResults")
                .problems(400, 413, 415, 503)
                .handledBy(this::put));
    }

    private void put(RoutingContext request) {
        Duration patience = Requests.waitFor(request).orElse(Duration.ZERO);
        for (CharSequence header : List.of(HttpHeaders.IF_MATCH, HttpHeaders.IF_NONE_MATCH)) {
            if (request.request().headers().contains(header)) {
                throw new ApiProblem(
                        ProblemType.INVALID_REQUEST,
                        "header " + header + " is for one container: put it alone, or leave the header out");
            }
        }
        ApiPrincipal principal = Requests.principal(request);
        checks.readMany(request, Evaluator::checkAlone)
                .compose(read -> fleet.readWhole(
                        principal,
                        whole -> read.stream()
                                .map(each -> admit(whole, each, principal, patience))
                                .toList()))
                .compose(items ->
                        Future.all(items.stream().map(this::write).toList()).map(done -> done.<BulkItem>list()))
                .compose(items -> {
                    RequestAudit.detail(request, outcome(items));
                    return fleet.read(request, view -> answer(view, items));
                })
                .onSuccess(answer -> Responses.answer(request, answer))
                .onFailure(request::fail);
    }

    /** A definition that is to be written; or the problem, if it may not be. */
    private record BulkWrite(
            String name,
            DefinitionWriter.@Nullable AdmittedWrite admitted,
            @Nullable ApiProblem problem) {}

    private static BulkWrite admit(
            FleetView whole, DefinitionChecks.NamedCheck each, ApiPrincipal principal, Duration patience) {
        DefinitionChecks.Checked checked = each.checked();
        if (checked == null) {
            return new BulkWrite(each.name(), null, each.problem());
        }
        try {
            var write = new DefinitionWriter.DefinitionWrite(
                    principal,
                    new ContainerName(each.name()),
                    checked.requireValid(each.name()),
                    Precondition.NONE,
                    patience);
            return new BulkWrite(each.name(), DefinitionWriter.admit(whole, write), null);
        } catch (ApiProblem e) {
            return new BulkWrite(each.name(), null, e);
        }
    }

    private Future<BulkItem> write(BulkWrite each) {
        return each.admitted == null
                ? Future.succeededFuture(new BulkItem(each.name, 0, each.problem))
                : writer.write(each.admitted)
                        .map(status -> new BulkItem(each.name, status, null))
                        .recover(e -> Future.succeededFuture(new BulkItem(each.name, 0, Api.problem(e))));
    }

    /** The containers and what became of each, for the audit trail. */
    private static String outcome(List<BulkItem> items) {
        return items.stream()
                .filter(item -> ContainerName.isValid(item.name))
                .map(item -> item.name + "=" + (item.problem == null ? item.status : item.problem.status()))
                .collect(Collectors.joining(","));
    }

    private Answer answer(FleetView view, List<BulkItem> items) {
        return new Answer(
                200,
                null,
                new JsonText()
                        .array(
                                "items",
                                items.stream().map(item -> json(view, item)).toList())
                        .end());
    }

    private String json(FleetView view, BulkItem item) {
        var text = new JsonText().string("name", item.name);
        ApiProblem problem = item.problem;
        return problem == null
                ? text.field("status", String.valueOf(item.status))
                        .field(
                                "container",
                                view.container(new ContainerName(item.name), clock.instant())
                                        .json())
                        .end()
                : text.field("status", String.valueOf(problem.status()))
                        .field("problem", Json.text(problem.body("/v1/containers/" + item.name)))
                        .end();
    }

    /** The schemas of the bodies, by name. */
    static void describe(ObjectNode schemas) {
        ObjectNode definitions = schemas.putObject("ContainerDefinitions").put("type", "object");
        definitions.putArray("required").add("definitions");
        definitions
                .putObject("properties")
                .putObject("definitions")
                .put("type", "object")
                .put("description", "Definitions by the name of their container")
                .put("maxProperties", MAX_DEFINITIONS)
                .putObject("additionalProperties")
                .put("$ref", ApiSchemas.reference("ContainerDefinition"));
        ObjectNode results = schemas.putObject("ContainerDefinitionResults").put("type", "object");
        results.putArray("required").add("items");
        ObjectNode item = results.putObject("properties")
                .putObject("items")
                .put("type", "array")
                .putObject("items")
                .put("type", "object");
        item.putArray("required").add("name").add("status");
        ObjectNode properties = item.putObject("properties");
        properties.putObject("name").put("type", "string");
        properties
                .putObject("status")
                .put("type", "integer")
                .put("description", "The status with which a request for this container alone is answered");
        properties.putObject("container").put("$ref", ApiSchemas.reference("Container"));
        properties.putObject("problem").put("$ref", ApiSchemas.reference(Api.PROBLEM));
    }
}
