package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.hatchery.runner.host.PolicyFile;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.Evaluator;
import io.hatchery.spec.policy.HostPolicy;
import io.hatchery.spec.policy.PolicyFacts;
import io.hatchery.spec.policy.PolicyRules;
import io.hatchery.spec.policy.PolicyViolation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hatchery policy}. */
@Command(
        name = "policy",
        description = "Check definitions against the policy of a host",
        mixinStandardHelpOptions = true,
        subcommands = PolicyCommand.Check.class)
final class PolicyCommand {
    /** {@code hatchery policy check}. */
    @Command(
            name = "check",
            description = "Print what the policy of a host refuses in definition files; exit code 1 if anything",
            footer = "Links and what the host itself uses, such as its ports and routes, are checked on the host only.",
            mixinStandardHelpOptions = true)
    static final class Check implements Callable<Integer> {
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

        @Option(names = "--host", paramLabel = "HOST", description = "Host of the fleet whose policy applies")
        private @Nullable String host;

        @Option(names = "--policy", paramLabel = "FILE", description = "Policy file that applies")
        private @Nullable Path policyFile;

        @Override
        public Integer call() throws IOException {
            HostPolicy policy = policy();
            Map<String, List<PolicyViolation>> found = new LinkedHashMap<>();
            for (DefinitionFiles.Named definition :
                    DefinitionFiles.read(file, FleetSource.nixpkgs(nixpkgs, api.settings()))) {
                ContainerSpec spec = spec(definition);
                found.put(definition.name(), PolicyRules.check(policy.of(spec), spec, PolicyFacts.UNKNOWN));
            }
            print(policy, found);
            return found.values().stream().allMatch(List::isEmpty) ? 0 : 1;
        }

        private HostPolicy policy() throws IOException {
            if ((host == null) == (policyFile == null)) {
                throw new UserError("give either a host of the fleet with --host, or a policy file with --policy");
            }
            if (policyFile != null) {
                try {
                    return PolicyFile.readUnchecked(policyFile);
                } catch (IOException e) {
                    throw new UserError(String.valueOf(e.getMessage()), e);
                }
            }
            JsonNode published = api.call("GET", "/v1/hosts/" + host).body().path("policy");
            if (published.isMissingNode()) {
                throw new UserError("host " + host + " publishes no policy: its runner is of an earlier version");
            }
            return read(published, HostPolicy.class, "the policy of host " + host);
        }

        private ContainerSpec spec(DefinitionFiles.Named named) {
            if (!ContainerName.isValid(named.name())) {
                throw new UserError(named.file() + ": '" + named.name() + "' is no container's name");
            }
            var definition = new ContainerDefinition(named.options());
            EvaluationResult result =
                    Evaluator.evaluate(new ContainerName(named.name()), definition, profiles(definition));
            if (result instanceof EvaluationResult.Good good) {
                var any = new HostName(host == null ? "any" : host);
                return good.at(good.host().orElse(any), Generation.FIRST, PlanCommand.NOT_EVALUATED);
            }
            var wrong = new StringBuilder("a definition that is wrong cannot be checked:");
            ((EvaluationResult.Bad) result)
                    .problems()
                    .forEach(problem -> wrong.append("\n  ").append(problem.format()));
            throw new UserError(wrong.toString());
        }

        private Map<ProfileName, ContainerDefinition> profiles(ContainerDefinition definition) {
            Map<ProfileName, ContainerDefinition> profiles = new LinkedHashMap<>();
            for (ProfileName name : Evaluator.profilesOf(definition)) {
                JsonNode profile =
                        api.call("GET", "/v1/profiles/" + name).body().path("definition");
                profiles.put(name, read(profile, ContainerDefinition.class, "profile " + name));
            }
            return profiles;
        }

        private static <T> T read(JsonNode tree, Class<T> type, String what) {
            try {
                return Json.convert(tree, type);
            } catch (UnreadableException e) {
                throw new UserError(what + " cannot be read: " + e.getMessage(), e);
            }
        }

        private void print(HostPolicy policy, Map<String, List<PolicyViolation>> found) {
            if (api.json()) {
                ArrayNode all = Json.object().putArray("violations");
                found.forEach((container, violations) -> violations.forEach(
                        violation -> all.add(Json.tree(violation).put("container", container))));
                Output.json(Json.object().set("violations", all));
                return;
            }
            found.forEach((container, violations) -> {
                if (violations.isEmpty()) {
                    Output.line(container + " is allowed at level "
                            + policy.generalLevel().word());
                }
                violations.forEach(violation -> Output.line(container + "." + violation.format()));
            });
        }
    }
}
