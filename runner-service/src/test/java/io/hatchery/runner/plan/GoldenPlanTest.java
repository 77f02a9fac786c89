package io.hatchery.runner.plan;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Definitions, and the plan that each is known to give under systemd. {@code -Dgolden.write=true} writes the plans anew. */
class GoldenPlanTest {
    private static final Path PLANS = Path.of("src/test/resources/io/hatchery/runner/plan/plans");

    static Stream<Path> definitions() throws IOException {
        try (Stream<Path> files = Files.list(PLANS)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void definitionGivesItsPlan(Path file) throws IOException, UnreadableException {
        var name = new ContainerName(file.getFileName().toString().replace(".yaml", ""));
        var definition = new ContainerDefinition(Json.readYamlObject(Files.readAllBytes(file)));
        EvaluationResult evaluated = Evaluator.evaluate(name, definition, Map.of());
        assertThat(evaluated).isInstanceOf(EvaluationResult.Good.class);
        ContainerSpec spec = ((EvaluationResult.Good) evaluated).at(new HostName("host1"), Generation.FIRST);
        assertThat(Json.read(Json.bytes(spec), ContainerSpec.class)).isEqualTo(spec);
        var nix = new HashSet<>(NspawnPlan.NIX_READ_ONLY);
        nix.add(NspawnPlan.profiles(name));
        nix.add(NspawnPlan.gcRoots(name));
        String plan = Json.pretty(NspawnPlan.of(
                        HostPolicy.DEFAULT.of(spec).withUsers(spec), new HostCapabilities(true, true, nix)))
                + "\n";
        Path golden = file.resolveSibling(name + ".json");
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(golden, plan);
        }
        assertThat(golden).hasContent(plan);
    }
}
