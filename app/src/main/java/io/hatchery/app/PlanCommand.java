package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.runner.plan.HostCapabilities;
import io.hatchery.runner.plan.NspawnPlan;
import io.hatchery.runner.plan.PrintableText;
import io.hatchery.runner.plan.SetupStep;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.Evaluator;
import io.hatchery.spec.policy.HostPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hatchery plan}. */
@Command(
        name = "plan",
        description = "Print how a container would run: arguments of systemd-nspawn, unit directives and steps",
        footer = "With a file, it needs no gateway and assumes a host with systemd, cgroup v2, Nix and level baseline.",
        mixinStandardHelpOptions = true)
final class PlanCommand implements Callable<Integer> {
    /** The host of a definition that names none. */
    private static final HostName ANY = new HostName("any");

    /** The system of a definition that only config-service can evaluate. */
    static final String NOT_EVALUATED = "/nix/store/not-evaluated";

    @Mixin
    private ApiClient api = new ApiClient();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE|DIR",
            description = FleetSource.FILE)
    private @Nullable Path file;

    @Option(names = "--nixpkgs", paramLabel = "DIR", description = FleetSource.NIXPKGS)
    private @Nullable Path nixpkgs;

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "Name of a container of the fleet")
    private @Nullable String name;

    @Option(
            names = "--driver",
            paramLabel = "systemd|direct",
            description = "Driver: systemd or direct (default: that of the container's host, or systemd)")
    private @Nullable DriverName driver;

    /** Who runs nspawn. */
    enum DriverName {
        /** PID 1, as a unit. */
        SYSTEMD,
        /** The runner itself. */
        DIRECT
    }

    @Override
    public Integer call() throws IOException {
        if ((file == null) == (name == null)) {
            throw new UserError("give either a file with -f, or the name of a container");
        }
        Map<String, NspawnPlan> plans = name != null ? ofFleet(name) : ofFile(Path.of(String.valueOf(file)));
        boolean several = plans.size() > 1;
        if (api.json()) {
            ObjectNode all = Json.object();
            plans.forEach((container, plan) -> all.set(container, Json.tree(plan)));
            Output.json(
                    several
                            ? Json.object().set("containers", all)
                            : all.elements().next());
        } else {
            plans.forEach((container, plan) -> Output.text(format(container, plan)));
        }
        return 0;
    }

    private Map<String, NspawnPlan> ofFleet(String container) {
        JsonNode spec =
                api.call("GET", ClientCommands.container(container)).body().path("spec");
        if (spec.isMissingNode()) {
            throw new UserError("container " + container + " has no spec: see hatchery show " + container);
        }
        try {
            JsonNode host = hostOf(spec.path("host").asText());
            boolean direct = host.path("driver").asText().equals("direct");
            HostPolicy policy = host.has("policy")
                    ? Json.convert(host.path("policy"), HostPolicy.class)
                    : HostPolicy.PRIVILEGED; // a runner before policies
            return Map.of(
                    container,
                    plan(
                            Json.convert(spec, ContainerSpec.class),
                            direct ? DriverName.DIRECT : DriverName.SYSTEMD,
                            policy));
        } catch (UnreadableException e) {
            throw new UserError("the spec of " + container + " cannot be read: " + e.getMessage(), e);
        }
    }

    private JsonNode hostOf(String host) {
        return api.all("/v1/hosts").stream()
                .filter(item -> item.path("host").asText().equals(host))
                .findFirst()
                .orElseGet(Json::object);
    }

    private Map<String, NspawnPlan> ofFile(Path path) throws IOException {
        var plans = new LinkedHashMap<String, NspawnPlan>();
        var wrong = new StringBuilder();
        for (DefinitionFiles.Named definition :
                DefinitionFiles.read(path, FleetSource.nixpkgs(nixpkgs, api.settings()))) {
            if (!ContainerName.isValid(definition.name())) {
                throw new UserError(definition.file() + ": '" + definition.name() + "' is no container's name");
            }
            var container = new ContainerName(definition.name());
            switch (Evaluator.evaluate(container, new ContainerDefinition(definition.options()), Map.of())) {
                case EvaluationResult.Good good ->
                    plans.put(
                            definition.name(),
                            plan(
                                    good.at(good.host().orElse(ANY), Generation.FIRST, NOT_EVALUATED),
                                    DriverName.SYSTEMD,
                                    HostPolicy.DEFAULT));
                case EvaluationResult.Bad bad ->
                    bad.problems().forEach(problem -> wrong.append("\n  ").append(problem.format()));
            }
        }
        if (!wrong.isEmpty()) {
            throw new UserError("there is no plan for what is wrong:" + wrong);
        }
        return plans;
    }

    private NspawnPlan plan(ContainerSpec spec, DriverName usual, HostPolicy policy) {
        DriverName by = driver == null ? usual : driver;
        Set<String> nix = Stream.concat(
                        NspawnPlan.NIX_READ_ONLY.stream(),
                        Stream.of(NspawnPlan.profiles(spec.name()), NspawnPlan.gcRoots(spec.name())))
                .collect(Collectors.toSet());
        ContainerSpec decided = policy.of(spec).withUsers(spec);
        return NspawnPlan.of(decided, new HostCapabilities(by == DriverName.SYSTEMD, true, nix));
    }

    private static String format(String container, NspawnPlan plan) {
        var words = new StringBuilder(container).append("\n  environment\n");
        plan.environment().forEach((key, value) -> line(words, key + "=" + value));
        words.append("  arguments\n");
        plan.arguments().forEach(argument -> line(words, argument));
        words.append("  directives\n");
        plan.directives().forEach((key, values) -> values.forEach(value -> line(words, key + "=" + value)));
        steps(words, "before", plan.before());
        steps(words, "after", plan.after());
        return words.toString();
    }

    private static void steps(StringBuilder words, String when, List<SetupStep> steps) {
        words.append("  ").append(when).append('\n');
        for (SetupStep step : steps) {
            line(
                    words,
                    switch (step) {
                        case SetupStep.Directory(String path, String mode) ->
                            "directory " + path + ", " + mode + ", unless it is there";
                        case SetupStep.EmptyFile(String path) -> "empty file " + path + ", unless it is there";
                        case SetupStep.Copy(String from, String to) -> "copy " + from + " to " + to;
                        case SetupStep.RealPath(String path) -> path + " has no links";
                        case SetupStep.RemoveInterface(String device, String alias) ->
                            "remove interface " + device + " with alias " + alias + ", if it was left";
                        case SetupStep.RemoveForward(String protocol, int port) ->
                            "remove the forward of " + protocol + " port " + port + ", if it was left";
                        case SetupStep.KernelSetting(String path, String value) -> path + " is " + value;
                        case SetupStep.Ip(SetupStep.Side side, List<String> arguments) ->
                            (side == SetupStep.Side.HOST ? "" : "in the container: ") + "ip "
                                    + String.join(" ", arguments);
                    });
        }
    }

    private static void line(StringBuilder words, String line) {
        words.append("    ").append(PrintableText.whole(line)).append('\n');
    }
}
