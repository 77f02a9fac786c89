package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.option.DefinitionProblem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads and checks definitions on threads of its own: an evaluation may take long, and an event loop serves everyone. All calls
 * come on one context.
 */
final class DefinitionChecks {
    /** How many are checked at a time. */
    private static final int THREADS = 2;
    /** How many are checked or wait for that; further ones are refused, since each holds its body. */
    static final int MAX_PENDING = 64;

    private final WorkerExecutor workers;
    private int pending;

    /**
     * A definition that was read.
     *
     * @param errors what is wrong with it
     */
    record Checked(ContainerDefinition definition, List<DefinitionProblem> errors) {
        /** Keeps an immutable copy of the errors. */
        Checked {
            errors = List.copyOf(errors);
        }

        /**
         * Requires that it has no errors.
         *
         * @param subject what was defined, such as {@code profile base}
         * @throws ApiProblem with the errors if it has any
         */
        ContainerDefinition requireValid(String subject) {
            if (!errors.isEmpty()) {
                throw new ApiProblem(
                        ProblemType.INVALID_DEFINITION,
                        "the definition of " + subject + " has "
                                + (errors.size() == 1 ? "an error" : errors.size() + " errors")
                                + ", nothing was changed: " + errors.getFirst().format(),
                        errors);
            }
            return definition;
        }
    }

    DefinitionChecks(Vertx vertx) {
        this.workers = vertx.createSharedWorkerExecutor("hatchery-definitions", THREADS);
    }

    /** Reads the definition in a request's body, and checks it; fails with a {@link ApiProblem} if it cannot be read. */
    Future<Checked> read(RoutingContext request, Function<ContainerDefinition, List<DefinitionProblem>> check) {
        Buffer body = request.body().buffer();
        byte[] bytes = body == null ? new byte[0] : body.getBytes();
        String type = request.request().getHeader("Content-Type");
        return run(() -> {
            ContainerDefinition definition = Requests.definition(bytes, type);
            int size = Json.bytes(definition).length;
            if (size > Api.MAX_BODY) {
                throw Api.tooLarge(Integer.toString(size));
            }
            return new Checked(definition, check.apply(definition));
        });
    }

    /**
     * A definition of many.
     *
     * @param name as it was written
     * @param checked null if it cannot be checked
     * @param problem why it cannot be checked; null if it was
     */
    record NamedCheck(
            String name,
            @Nullable Checked checked,
            @Nullable ApiProblem problem) {}

    /**
     * Reads the definitions in a request's body, {@code {"definitions": {"web": {…}}}}, and checks each.
     *
     * @return in the order of the body; fails with a {@link ApiProblem} if it cannot be read
     */
    Future<List<NamedCheck>> readMany(
            RoutingContext request, BiFunction<ContainerName, ContainerDefinition, List<DefinitionProblem>> check) {
        Buffer body = request.body().buffer();
        byte[] bytes = body == null ? new byte[0] : body.getBytes();
        String type = request.request().getHeader("Content-Type");
        return run(() -> {
            ObjectNode whole = Requests.object(bytes, type);
            if (!(whole.path("definitions") instanceof ObjectNode definitions) || whole.size() != 1) {
                throw new ApiProblem(
                        ProblemType.INVALID_REQUEST, "the body must be an object with the field definitions alone");
            }
            if (definitions.size() > BulkDefinitionsApi.MAX_DEFINITIONS) {
                throw new ApiProblem(
                        ProblemType.INVALID_REQUEST,
                        "the body has " + definitions.size() + " definitions: send at most "
                                + BulkDefinitionsApi.MAX_DEFINITIONS + " at a time");
            }
            return definitions.properties().stream()
                    .map(each -> named(each.getKey(), each.getValue(), check))
                    .toList();
        });
    }

    private static NamedCheck named(
            String key, JsonNode value, BiFunction<ContainerName, ContainerDefinition, List<DefinitionProblem>> check) {
        if (!ContainerName.isValid(key)) {
            return refused(key, ProblemType.INVALID_REQUEST, "'" + key + "' is not a name of a container");
        }
        if (!(value instanceof ObjectNode options)) {
            return refused(key, ProblemType.INVALID_REQUEST, "the definition of " + key + " is not an object");
        }
        int size = Json.bytes(options).length;
        if (size > Api.MAX_BODY) {
            return new NamedCheck(key, null, Api.tooLarge(Integer.toString(size)));
        }
        var definition = new ContainerDefinition(options);
        return new NamedCheck(key, new Checked(definition, check.apply(new ContainerName(key), definition)), null);
    }

    private static NamedCheck refused(String key, ProblemType type, String detail) {
        return new NamedCheck(key, null, new ApiProblem(type, detail));
    }

    /** Checks a definition. */
    Future<Checked> check(
            ContainerDefinition definition, Function<ContainerDefinition, List<DefinitionProblem>> check) {
        return run(() -> new Checked(definition, check.apply(definition)));
    }

    private <T> Future<T> run(Callable<T> action) {
        if (pending >= MAX_PENDING) {
            return Future.failedFuture(new ApiProblem(
                    ProblemType.TOO_MANY_REQUESTS,
                    pending + " definitions are being checked already: try again in a second"));
        }
        pending++;
        return workers.executeBlocking(() -> guarded(action), false).eventually(() -> {
            pending--;
            return Future.succeededFuture();
        });
    }

    private static <T> T guarded(Callable<T> action) throws Exception {
        try {
            return action.call();
        } catch (StackOverflowError e) {
            throw new ApiProblem(
                    ProblemType.INVALID_REQUEST,
                    "the body is nested too deeply: a definition needs no more than a few levels");
        }
    }
}
