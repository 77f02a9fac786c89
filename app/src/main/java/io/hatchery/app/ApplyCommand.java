package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.app.ApiClient.ApiResponse;
import io.hatchery.runner.plan.PrintableText;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.json.Json;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hatchery apply}. */
@Command(
        name = "apply",
        description = "Create or change containers from definition files",
        mixinStandardHelpOptions = true)
final class ApplyCommand implements Callable<Integer> {
    private static final long POLL_MILLIS = 300;

    /** From this number of definitions on, all containers of the fleet are read with one request. */
    private static final int MANY = 10;

    /** How long a request waits for a system before its build log is followed; a system that exists takes less. */
    private static final String CACHED_SYSTEM_WAIT = "1s";

    @Mixin
    private ApiClient api = new ApiClient();

    @Option(
            names = {"-f", "--file"},
            required = true,
            paramLabel = "FILE|DIR",
            description = FleetSource.FILE)
    private Path file = Path.of("");

    @Option(names = "--nixpkgs", paramLabel = "DIR", description = FleetSource.NIXPKGS)
    private @Nullable Path nixpkgs;

    @Option(names = "--dry-run", description = "Print what would change, and change nothing")
    private boolean dryRun;

    @Option(
            names = "--prune",
            description = "Also delete every container of the fleet that the files do not declare; asks first")
    private boolean prune;

    @Option(names = "--yes", description = "With --prune: do not ask for confirmation")
    private boolean yes;

    @Option(names = "--no-wait", description = "Return when the definitions are stored; do not wait for builds")
    private boolean noWait;

    private final StringBuilder refused = new StringBuilder();

    /** The containers of the fleet by name, if all were read with one request; null if each is read by itself. */
    private @Nullable Map<String, ObjectNode> fleet;

    /**
     * A definition that the gateway accepted or that was in force already.
     *
     * @param logFrom the line of the build log from which the output of this build begins
     * @param unchanged whether the definition was in force already, so that nothing was written
     */
    private record Taken(DefinitionFiles.Named definition, ApiResponse answer, long logFrom, boolean unchanged) {}

    /** A definition that was either accepted, or refused with the reason. */
    private record ApplyAttempt(
            DefinitionFiles.Named definition,
            @Nullable Taken taken,
            @Nullable String refusal) {}

    @Override
    public Integer call() throws IOException {
        List<DefinitionFiles.Named> definitions =
                DefinitionFiles.read(file, FleetSource.nixpkgs(nixpkgs, api.settings()));
        if (dryRun) {
            show(plan().of(definitions, prune));
            return 0;
        }
        List<String> toRemove = prune ? new ApplyPlan(fleet(), Map.of()).undeclared(definitions) : List.of();
        if (!toRemove.isEmpty()) {
            confirm(definitions);
        }
        fleet = definitions.size() < MANY ? null : firstPage();
        var taken = new ArrayList<Taken>();
        for (ApplyAttempt attempt : write(definitions)) {
            if (attempt.taken == null) {
                refuse(attempt.definition, attempt.refusal);
            } else {
                taken.add(attempt.taken);
            }
        }
        ArrayNode applied = Json.object().putArray("applied");
        for (ApplyAttempt attempt : ParallelTasks.map(taken, this::finish)) {
            if (attempt.taken == null) {
                refuse(attempt.definition, attempt.refusal);
            } else {
                applied.add(attempt.taken.answer.body());
            }
        }
        if (refused.isEmpty()) {
            remove(toRemove, applied);
        }
        if (api.json()) {
            Output.json(applied);
        }
        if (!refused.isEmpty()) {
            throw new UserError("some definitions were not applied:" + refused);
        }
        return 0;
    }

    /** A comparison of definitions with the fleet as it is now. */
    private ApplyPlan plan() {
        var profiles = new TreeMap<ProfileName, ContainerDefinition>();
        for (JsonNode profile : api.all("/v1/profiles")) {
            if (profile.path("definition") instanceof ObjectNode options) {
                profiles.put(new ProfileName(profile.path("name").asText()), new ContainerDefinition(options));
            }
        }
        return new ApplyPlan(fleet(), profiles);
    }

    /** The containers of the fleet, as far as the token's scope goes. */
    private Map<String, JsonNode> fleet() {
        var containers = new TreeMap<String, JsonNode>();
        api.all("/v1/containers")
                .forEach(container -> containers.put(container.path("name").asText(), container));
        return containers;
    }

    private void show(List<ApplyPlan.PlannedChange> changes) {
        if (api.json()) {
            Output.json(Json.node(changes));
            return;
        }
        for (ApplyPlan.PlannedChange change : changes) {
            Output.line(change.container() + " " + change.word() + (change.why().isEmpty() ? "" : ": " + change.why()));
        }
    }

    /** A removal kills processes, so a person or {@code --yes} must confirm it. */
    private void confirm(List<DefinitionFiles.Named> definitions) {
        if (yes) {
            return;
        }
        List<ApplyPlan.PlannedChange> changes = plan().of(definitions, true);
        Console console = Terminal.console().orElse(null);
        if (console == null) {
            throw new UserError(
                    "--prune would remove "
                            + changes.stream()
                                    .filter(change -> change.word().equals("removed"))
                                    .map(ApplyPlan.PlannedChange::container)
                                    .collect(Collectors.joining(", "))
                            + ", and there is no terminal to confirm it: add --yes, or run it with --dry-run first. Nothing was changed");
        }
        changes.forEach(change -> Output.note(
                change.container() + " " + change.word() + (change.why().isEmpty() ? "" : ": " + change.why())));
        Terminal.confirm(console, "Apply these changes? Removed containers are stopped.");
    }

    private void remove(List<String> names, ArrayNode applied) {
        for (String name : names) {
            try {
                ApiResponse answer = api.call("DELETE", ClientCommands.container(name) + "?wait=5min");
                applied.add(answer.body());
                String outcome = answer.body().path("outcome").asText();
                if (!outcome.equals("completed")) {
                    refused.append("\n")
                            .append(name)
                            .append(": not removed: the outcome is ")
                            .append(outcome);
                } else if (!api.json()) {
                    Output.line(name + " removed; its root is kept");
                }
            } catch (UserError e) {
                refused.append("\n").append(name).append(": not removed: ").append(e.getMessage());
            }
        }
    }

    private void refuse(DefinitionFiles.Named definition, @Nullable String why) {
        refused.append("\n")
                .append(definition.name())
                .append(" (")
                .append(definition.file())
                .append("): ")
                .append(why);
    }

    /** Many are written together, but for those whose build log is to be followed from where it ends now. */
    private List<ApplyAttempt> write(List<DefinitionFiles.Named> definitions) {
        Map<String, ObjectNode> known = fleet;
        if (known == null) {
            return ParallelTasks.map(definitions, this::attempt);
        }
        var together = new ArrayList<DefinitionFiles.Named>();
        var alone = new ArrayList<DefinitionFiles.Named>();
        for (DefinitionFiles.Named definition : definitions) {
            ObjectNode before = known.get(definition.name());
            boolean isNewOrPlain = before == null || !isInForce(definition, before) && !mayBeBuilt(definition);
            (isNewOrPlain ? together : alone).add(definition);
        }
        boolean waits = !noWait && together.stream().anyMatch(ApplyCommand::mayBeBuilt);
        var attempts = new ArrayList<ApplyAttempt>();
        new BulkWriter(api, waits ? "?wait=" + CACHED_SYSTEM_WAIT : "")
                .write(together)
                .forEach(each -> attempts.add(new ApplyAttempt(
                        each.definition(),
                        each.response() == null ? null : new Taken(each.definition(), each.response(), 0, false),
                        each.refusal())));
        attempts.addAll(ParallelTasks.map(alone, this::attempt));
        Map<String, ApplyAttempt> byName =
                attempts.stream().collect(Collectors.toMap(attempt -> attempt.definition.name(), attempt -> attempt));
        return definitions.stream()
                .map(definition -> Objects.requireNonNull(byName.get(definition.name())))
                .toList();
    }

    private ApplyAttempt attempt(DefinitionFiles.Named definition) {
        try {
            return new ApplyAttempt(definition, put(definition), null);
        } catch (UserError e) {
            return new ApplyAttempt(definition, null, e.getMessage());
        }
    }

    /** The whole fleet, if it fits one page; null if it does not. */
    private @Nullable Map<String, ObjectNode> firstPage() {
        ObjectNode page = api.call("GET", "/v1/containers?limit=1000").body();
        if (page.path("next").isTextual()) {
            return null;
        }
        var containers = new TreeMap<String, ObjectNode>();
        for (JsonNode item : page.path("items")) {
            if (item instanceof ObjectNode container) {
                containers.put(container.path("name").asText(), container);
            }
        }
        return containers;
    }

    /** Waits for the system and prints the result. */
    private ApplyAttempt finish(Taken taken) {
        try {
            ApiResponse answer = noWait ? taken.answer : awaitSystem(taken);
            if (!api.json()) {
                String name = taken.definition.name();
                Output.line(taken.unchanged ? name + " unchanged" : format(name, answer));
            }
            return new ApplyAttempt(
                    taken.definition, new Taken(taken.definition, answer, taken.logFrom, taken.unchanged), null);
        } catch (UserError e) {
            return new ApplyAttempt(taken.definition, null, e.getMessage());
        }
    }

    private Taken put(DefinitionFiles.Named definition) {
        String path = ClientCommands.container(definition.name());
        Map<String, ObjectNode> known = fleet;
        Optional<ObjectNode> before =
                known == null ? api.find(path) : Optional.ofNullable(known.get(definition.name()));
        if (before.isPresent() && isInForce(definition, before.get())) {
            return new Taken(definition, new ApiResponse(200, Map.of(), before.get()), 0, true);
        }
        boolean mayBeBuilt = mayBeBuilt(definition);
        long from = mayBeBuilt && before.isPresent() ? logEnd(path) : 0;
        String query = mayBeBuilt && !noWait ? "?wait=" + CACHED_SYSTEM_WAIT : "";
        ApiResponse answer = api.call("PUT", path + query, Json.bytes(definition.options()), "application/json");
        return new Taken(definition, answer, from, false);
    }

    private static boolean mayBeBuilt(DefinitionFiles.Named definition) {
        return Stream.of("config", "flake", "profiles").anyMatch(definition.options()::has);
    }

    private long logEnd(String path) {
        return api.find(path + "/build-log")
                .map(log -> log.path("next").asLong())
                .orElse(0L);
    }

    /** Whether nothing needs to be written. A definition whose evaluation failed is written again: its cause may be gone. */
    private static boolean isInForce(DefinitionFiles.Named definition, ObjectNode container) {
        return container.path("definition") instanceof ObjectNode options
                && new ContainerDefinition(options).equals(new ContainerDefinition(definition.options()))
                && !state(container).equals("failed");
    }

    /** Waits until the system is built, and prints the build log meanwhile. */
    private ApiResponse awaitSystem(Taken taken) {
        String path = ClientCommands.container(taken.definition.name());
        ApiResponse answer = taken.answer;
        long revision = answer.body().path("revision").asLong();
        long next = taken.logFrom;
        boolean built = isBuilding(answer.body(), revision);
        while (isBuilding(answer.body(), revision)) {
            pause();
            answer =
                    new ApiResponse(200, answer.headers(), api.call("GET", path).body());
            next = printLog(taken.definition.name(), path, next);
        }
        JsonNode container = answer.body();
        if (built
                && container.path("revision").asLong() == revision
                && state(container).equals("failed")) {
            throw new UserError(ApiClient.formatErrors(
                    "its system cannot be built; the last good one, if any, stays in force",
                    container.at("/evaluation/errors")));
        }
        return answer;
    }

    private long printLog(String name, String path, long from) {
        JsonNode log = api.call("GET", path + "/build-log?since=" + from).body();
        log.path("lines").forEach(line -> Output.note(PrintableText.whole(name + "> " + line.asText())));
        return log.path("next").asLong();
    }

    private static boolean isBuilding(JsonNode container, long revision) {
        return container.path("revision").asLong() == revision
                && state(container).equals("building");
    }

    private static String state(JsonNode container) {
        return container.at("/evaluation/state").asText();
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted; the build of the written definitions continues", e);
        }
    }

    private static String format(String name, ApiResponse answer) {
        JsonNode container = answer.body();
        String generation = container.path("generation").asText("none yet");
        if (state(container).equals("building")) {
            return name + " stored, its system is being built: run hatchery show " + name;
        }
        return switch (answer.status()) {
            case 201 -> name + " defined, generation " + generation;
            case 202 -> name + " stored but not evaluated yet: check that a config-service runs";
            default -> name + " applied, generation " + generation + changed(container);
        };
    }

    private static String changed(JsonNode container) {
        JsonNode change = container.at("/evaluation/change");
        String live = TextTable.format(change.path("live"));
        String restart = TextTable.format(change.path("restart"));
        if (restart.equals("path") && container.at("/spec/reloadIfChanged").asBoolean()) {
            return "; the running system switches to the new one"
                    + (live.isEmpty() ? "" : "; changed and in force: " + live);
        }
        if (change.path("restart")
                .valueStream()
                .anyMatch(option -> option.asText().equals("host"))) {
            return "; moves to host " + container.path("host").asText();
        }
        return (restart.isEmpty() ? "" : "; changed and in force after a restart: " + restart)
                + (live.isEmpty() ? "" : "; changed and in force: " + live);
    }
}
