package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.hatchery.app.ApiClient.ApiResponse;
import io.hatchery.spec.LabelSelector;
import io.hatchery.spec.json.Json;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The containers of a command: by name, all, or by label. */
final class TargetContainers {
    private static final int REFUSED = 1;

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "Names of containers")
    private List<String> names = List.of();

    @Option(names = "--all", description = "All containers of the fleet")
    private boolean all;

    @Option(
            names = {"-l", "--selector"},
            paramLabel = "SELECTOR",
            description = "All containers whose labels match, as in Kubernetes: tier=web,env!=dev,zone in (a,b),!old")
    private @Nullable String selector;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    /** The operation of one container, or why the gateway refused it. */
    private record TargetResult(
            String name,
            @Nullable ApiResponse answer,
            @Nullable String refusal) {}

    /** Whether the command line does not name each container. */
    boolean areMany() {
        return all || selector != null;
    }

    /**
     * The names, each once.
     *
     * @throws UserError if no container has such labels
     */
    List<String> resolve(ApiClient api) {
        int ways = (names.isEmpty() ? 0 : 1) + (all ? 1 : 0) + (selector == null ? 0 : 1);
        if (ways != 1) {
            String message = ways == 0
                    ? "name the containers: NAME…, --all, or --selector LABEL=VALUE"
                    : "give only one of NAME…, --all and --selector";
            if (spec == null) {
                throw new UserError(message);
            }
            throw new ParameterException(spec.commandLine(), message);
        }
        if (!areMany()) {
            return names.stream().distinct().toList();
        }
        List<String> matching = api.all("/v1/containers", selectorParameter(selector)).stream()
                .filter(container -> container.path("definition").isObject())
                .map(container -> container.path("name").asText())
                .toList();
        if (matching.isEmpty()) {
            throw new UserError(selector == null ? "the fleet has no containers" : "no container matches " + selector);
        }
        return matching;
    }

    /**
     * A label selector as a further parameter of a query; empty for none.
     *
     * @throws UserError if it is no selector
     */
    static String selectorParameter(@Nullable String selector) {
        if (selector == null) {
            return "";
        }
        try {
            return "&selector="
                    + ClientCommands.encode(LabelSelector.parse(selector).toString());
        } catch (IllegalArgumentException e) {
            throw new UserError("--selector " + selector + ": " + e.getMessage());
        }
    }

    /**
     * Calls the API for each container, all at the same time, and prints each operation as it ends.
     *
     * @param waited whether the calls wait for the outcome
     * @return the exit code: 1 if one was refused, else 3 if one did not complete, else 0
     */
    int operate(ApiClient api, List<String> containers, boolean waited, Function<String, ApiResponse> call) {
        if (!areMany() && containers.size() == 1) {
            return VerbCommands.report(api, call.apply(containers.getFirst()), waited);
        }
        List<TargetResult> results = ParallelTasks.map(containers, name -> {
            TargetResult result = attempt(name, call);
            if (result.refusal != null) {
                Output.note("hatchery: " + name + ": " + result.refusal);
            } else if (result.answer != null && !api.json()) {
                Output.text(OperationText.of(result.answer.body()));
            }
            return result;
        });
        if (api.json()) {
            ArrayNode operations = Json.object().putArray("operations");
            results.stream().map(TargetContainers::asJson).forEach(operations::add);
            Output.json(operations);
        }
        return results.stream()
                .mapToInt(result -> result.answer == null ? REFUSED : VerbCommands.exitCode(result.answer, waited))
                .reduce(0, (a, b) -> a == REFUSED || b == REFUSED ? REFUSED : Math.max(a, b));
    }

    private static TargetResult attempt(String name, Function<String, ApiResponse> call) {
        try {
            return new TargetResult(name, call.apply(name), null);
        } catch (UserError e) {
            return new TargetResult(name, null, String.valueOf(e.getMessage()));
        }
    }

    private static JsonNode asJson(TargetResult result) {
        return result.answer != null
                ? result.answer.body()
                : Json.object().put("container", result.name).put("refused", result.refusal);
    }
}
