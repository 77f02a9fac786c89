package io.hatchery.config;

import io.hatchery.config.system.Systems;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.hatchery.spec.option.DefinitionProblem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evaluations of a container, as tests of the planner need them. */
final class PlannedContainers {
    private PlannedContainers() {}

    static final ContainerName WEB = new ContainerName("web");
    static final HostName H1 = new HostName("h1");
    static final HostName H2 = new HostName("h2");
    static final HostName H3 = new HostName("h3");
    static final CommandId DELETION = new CommandId("deletion");
    static final Systems.BuildProgress READY = new Systems.SystemReady("/nix/store/a");
    static final Systems.BuildProgress BROKEN =
            new Systems.Failed(List.of(new DefinitionProblem("p", null, "o", "m", "r")));

    static ContainerDefinition definition(String yaml) {
        try {
            return new ContainerDefinition(Json.readYamlObject(yaml.getBytes(StandardCharsets.UTF_8)));
        } catch (UnreadableException e) {
            throw new AssertionError(e);
        }
    }

    static EvaluationPlan define(@Nullable Evaluation before, String yaml, long revision, FleetSnapshot fleet) {
        return EvaluationPlanner.define(
                WEB, before, definition(yaml), revision, null, DefinitionEvaluator.over(Map.of()), fleet);
    }

    static EvaluationPlan expecting(@Nullable Evaluation before, long revision, long expected) {
        return EvaluationPlanner.define(
                WEB,
                before,
                definition("{boot: true}"),
                revision,
                expected,
                DefinitionEvaluator.over(Map.of()),
                TestSnapshot.choosing(H1));
    }

    static Evaluation first() {
        return define(null, "{boot: true}", 5, TestSnapshot.choosing(H1)).evaluation();
    }

    static Evaluation moving() {
        return define(first(), "{boot: true, host: h2}", 6, TestSnapshot.choosing(H1))
                .evaluation();
    }

    static Evaluation deleted() {
        return RemovalPlanner.delete(WEB, first(), 6, null, DELETION).evaluation();
    }
}
