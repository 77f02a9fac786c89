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
    private static final long LOOK_MILLIS = 300;

    /** From how many definitions on the fleet is asked for all its containers at once. */
    private static final int MANY = 10;

    /** How long the gateway waits for a system before its build is followed: one that was built already is there sooner. */
    private static final String BUILT_ALREADY = "1s";

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

    @Option(names = "--yes", description = "With --prune: do not ask")
    private boolean yes;

    @Option(names = "--no-wait", description = "Return when the definitions are stored; do not wait for builds")
    private boolean noWait;

    private final StringBuilder refused = new StringBuilder();

    /** What the fleet has, by name, where all of it was asked for at once; null where each container is asked for. */
    private @Nullable Map<String, ObjectNode> fleet;

    /**
     * A definition that is in force or was taken, and whose system may be to be built.
     *
     * @param unchanged whether the fleet had it already, and nothing was written
     */
    private record Taken(DefinitionFiles.Named definition, ApiResponse answer, long logFrom, boolean unchanged) {}

    /** What became of a definition: either taken, or refused with the reason. */
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
        List<String> toRemove = prune ? plan().undeclared(definitions) : List.of();
        if (!toRemove.isEmpty()) {
            confirm(definitions);
        }
        fleet = definitions.size() < MANY ? null : firstPage();
        var taken = new ArrayList<Taken>();
        for (ApplyAttempt attempt : ParallelTasks.map(definitions, this::attempt)) {
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
            throw new UserError("not everything was applied:" + refused);
        }
        return 0;
    }

    /** The fleet as it is, against which definitions are compared. */
    private ApplyPlan plan() {
        var fleet = new TreeMap<String, JsonNode>();
        api.all("/v1/containers")
                .forEach(container -> fleet.put(container.path("name").asText(), container));
        var profiles = new TreeMap<ProfileName, ContainerDefinition>();
        for (JsonNode profile : api.all("/v1/profiles")) {
            if (profile.path("definition") instanceof ObjectNode options) {
                profiles.put(new ProfileName(profile.path("name").asText()), new ContainerDefinition(options));
            }
        }
        return new ApplyPlan(fleet, profiles);
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

    /** What is removed is gone with its processes: a person says so, or a script that has read this. */
    private void confirm(List<DefinitionFiles.Named> definitions) {
        if (yes) {
            return;
        }
        List<ApplyPlan.PlannedChange> changes = plan().of(definitions, true);
        Console console = Terminal.console().orElse(null);
        if (console == null) {
            throw new UserError("--prune would remove "
                    + changes.stream()
                            .filter(change -> change.word().equals("removed"))
                            .map(ApplyPlan.PlannedChange::container)
                            .collect(Collectors.joining(", "))
                    + ", and nobody is there to ask: say --yes, or look with --dry-run first; nothing was changed");
        }
        changes.forEach(change -> Output.note(
                change.container() + " " + change.word() + (change.why().isEmpty() ? "" : ": " + change.why())));
        Terminal.confirm(console, "Apply this, and stop and remove what is removed?");
    }

    private void remove(List<String> names, ArrayNode told) {
        for (String name : names) {
            try {
                ApiResponse answer = api.call("DELETE", ClientCommands.container(name) + "?wait=5min");
                told.add(answer.body());
                String outcome = answer.body().path("outcome").asText();
                if (!outcome.equals("completed")) {
                    refused.append("\n")
                            .append(name)
                            .append(": its removal is ")
                            .append(outcome);
                } else if (!api.json()) {
                    Output.line(name + " removed; its root stays");
                }
            } catch (UserError e) {
                refused.append("\n")
                        .append(name)
                        .append(": it is not removed: ")
                        .append(e.getMessage());
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

    /** Awaits the system, and shows what became of the definition as soon as that is known. */
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
        String query = mayBeBuilt && !noWait ? "?wait=" + BUILT_ALREADY : "";
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

    /** A definition whose evaluation failed is written again, since what it failed for may be there now. */
    private static boolean isInForce(DefinitionFiles.Named definition, ObjectNode container) {
        return container.path("definition") instanceof ObjectNode options
                && new ContainerDefinition(options).equals(new ContainerDefinition(definition.options()))
                && !state(container).equals("failed");
    }

    /** Tells what is printed meanwhile. */
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
            next = tellLog(taken.definition.name(), path, next);
        }
        JsonNode container = answer.body();
        if (built
                && container.path("revision").asLong() == revision
                && state(container).equals("failed")) {
            throw new UserError(ApiClient.errorsInWords(
                    "its system cannot be built; the last good one, if any, stays in force",
                    container.at("/evaluation/errors")));
        }
        return answer;
    }

    private long tellLog(String name, String path, long from) {
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
            Thread.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted; what was written is built all the same", e);
        }
    }

    private static String format(String name, ApiResponse answer) {
        JsonNode container = answer.body();
        String generation = container.path("generation").asText("none yet");
        if (state(container).equals("building")) {
            return name + " written, its system is being built: see hatchery show " + name;
        }
        return switch (answer.status()) {
            case 201 -> name + " defined, generation " + generation;
            case 202 -> name + " written, and not evaluated yet: is a config-service running?";
            default -> name + " applied, generation " + generation + changed(container);
        };
    }

    private static String changed(JsonNode container) {
        JsonNode change = container.at("/evaluation/change");
        String live = TextTable.format(change.path("live"));
        String restart = TextTable.format(change.path("restart"));
        if (restart.equals("path") && container.at("/spec/reloadIfChanged").asBoolean()) {
            return "; its system is switched to the new one"
                    + (live.isEmpty() ? "" : "; changed and in force: " + live);
        }
        return (restart.isEmpty() ? "" : "; changed and only in force after a restart: " + restart)
                + (live.isEmpty() ? "" : "; changed and in force: " + live);
    }
}
