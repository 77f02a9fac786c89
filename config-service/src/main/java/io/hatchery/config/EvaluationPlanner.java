package io.hatchery.config;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Evaluation.Built;
import io.hatchery.protocol.EvaluationBuilder;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.SpecChange;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.option.DefinitionProblem;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.SpecComparison;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Plans the changes that follow from a definition. Pure. */
final class EvaluationPlanner {
    private EvaluationPlanner() {}

    /**
     * Plans the change to a new definition.
     *
     * @param before the last evaluation; null if there was none
     * @param revision the offset of its record
     * @param expected the revision that the definition expects to replace, {@link ExpectedRevision#NONE} for none; null for any
     * @param evaluator evaluates over the present profiles
     * @param fleet the other containers and the hosts
     */
    static EvaluationPlan define(
            ContainerName name,
            @Nullable Evaluation before,
            ContainerDefinition definition,
            long revision,
            @Nullable Long expected,
            DefinitionEvaluator evaluator,
            FleetSnapshot fleet) {
        String refusal = ExpectedRevision.refusal(before, expected);
        if (refusal != null) {
            return ExpectedRevision.refused(name, before, revision, refusal);
        }
        return evaluate(
                new EvaluationCandidate(name, before, definition, revision, revision), definition, evaluator, fleet);
    }

    /** Plans the changes after an input of an evaluation changed, such as a profile or a host. */
    static EvaluationPlan again(
            Evaluation before, ContainerDefinition definition, DefinitionEvaluator evaluator, FleetSnapshot fleet) {
        var candidate = new EvaluationCandidate(
                before.container(), before, definition, before.revision(), before.evaluatedRevision());
        return evaluate(candidate, definition, evaluator, fleet);
    }

    private static EvaluationPlan evaluate(
            EvaluationCandidate candidate,
            ContainerDefinition definition,
            DefinitionEvaluator evaluator,
            FleetSnapshot fleet) {
        return switch (evaluator.evaluate(candidate.name(), definition)) {
            case EvaluationResult.Bad bad -> candidate.failed(bad.problems(), candidate.lastBuilt());
            case EvaluationResult.Good good -> withSystem(candidate, good, fleet);
        };
    }

    private static EvaluationPlan withSystem(
            EvaluationCandidate candidate, EvaluationResult.Good good, FleetSnapshot fleet) {
        Built built = ContainerSystems.built(candidate, good, fleet);
        if (built != null && !built.errors().isEmpty()) {
            return candidate.failed(built.errors(), built);
        }
        if (built != null && built.path() == null) {
            return candidate.keepingSpec(Evaluation.State.BUILDING, List.of(), built);
        }
        // Labels of hosts may change; only a new revision moves a container.
        ContainerSpec inForce = candidate.lastSpec();
        HostName last = inForce == null ? null : inForce.host();
        return good.host()
                .or(() -> candidate.isSameRevision() ? Optional.ofNullable(last) : Optional.empty())
                .or(() -> fleet.place(good.hostSelector(), last, ResourceDemand.of(good.values())))
                .map(host -> placed(candidate, good, built, host, fleet))
                .orElseGet(() -> unplaced(candidate, good, built));
    }

    private static EvaluationPlan unplaced(
            EvaluationCandidate candidate, EvaluationResult.Good good, @Nullable Built built) {
        var evaluation = EvaluationBuilder.builder()
                .container(candidate.name())
                .state(Evaluation.State.UNPLACED)
                .revision(candidate.revision())
                .evaluatedRevision(candidate.evaluatedRevision())
                .generation(candidate.generation())
                .definition(candidate.definition())
                .releasingHost(candidate.releasingHost())
                .errors(nowhere(good))
                .built(built)
                .systems(candidate.systems())
                .build();
        return EvaluationPlan.of(evaluation);
    }

    /** The error of a container whose selector matches no host; empty if it has no selector. */
    private static List<DefinitionProblem> nowhere(EvaluationResult.Good good) {
        return good.hostSelector().isEmpty()
                ? List.of()
                : List.of(new DefinitionProblem(
                        "containers." + good.name() + ".hostSelector",
                        Json.text(good.hostSelector()),
                        "placement",
                        "no ready host has these labels",
                        "set host.labels of a host, or select other labels"));
    }

    private static EvaluationPlan placed(
            EvaluationCandidate candidate,
            EvaluationResult.Good good,
            @Nullable Built built,
            HostName host,
            FleetSnapshot fleet) {
        ContainerSpec inForce = candidate.lastSpec();
        Generation last = candidate.generation();
        ContainerSpec spec =
                good.at(host, last == null ? Generation.FIRST : last.next(), built == null ? null : built.path());
        List<DefinitionProblem> clashes = fleet.clashes(spec);
        if (!clashes.isEmpty()) {
            return candidate.failed(clashes, built);
        }
        boolean changed = inForce == null || !inForce.equalsIgnoringGeneration(spec);
        ContainerSpec current = changed || inForce == null ? spec : inForce;
        ContainerSpec elsewhere = inForce == null || inForce.host().equals(host) ? null : inForce;
        Evaluation.ReleasingHost pending = candidate.releasingHost();
        Evaluation.ReleasingHost removal = pending == null && elsewhere != null
                ? new Evaluation.ReleasingHost(elsewhere.host(), moved(spec), last, null, null, fleet.now())
                : null;
        Evaluation.ReleasingHost releasingHost = removal != null ? removal : pending;
        if (releasingHost != null && releasingHost.host().equals(host)) {
            // The host reads its removal before this spec; it is published once more in case the topic lost it.
            removal = changed ? releasingHost : null;
            releasingHost = null;
        }
        var evaluation = EvaluationBuilder.builder()
                .container(good.name())
                .state(releasingHost == null ? Evaluation.State.EVALUATED : Evaluation.State.MOVING)
                .revision(candidate.revision())
                .evaluatedRevision(candidate.evaluatedRevision())
                .generation(current.generation())
                .definition(candidate.definition())
                .spec(current)
                .change(changeOf(candidate.before(), current))
                .releasingHost(releasingHost)
                .errors(List.of())
                .built(built)
                .systems(ContainerSystems.given(candidate, current, fleet.now()))
                .build();
        return new EvaluationPlan(
                evaluation,
                changed && releasingHost == null ? spec : null,
                pending == null ? null : elsewhere,
                null,
                removal);
    }

    private static @Nullable SpecChange changeOf(@Nullable Evaluation before, ContainerSpec now) {
        ContainerSpec last = before == null ? null : before.spec();
        if (before == null || last == null) {
            return null;
        }
        return last.equals(now) ? before.change() : SpecComparison.between(last, now);
    }

    /** The id of the removal that precedes a spec on another host. */
    private static CommandId moved(ContainerSpec spec) {
        return new CommandId("moved/" + spec.name() + "/" + spec.generation());
    }

    /**
     * The plan, if its evaluation fits into a record. Otherwise the definition fails and is left out of the evaluation; everything in
     * force stays.
     */
    static EvaluationPlan within(int bytes, EvaluationPlan plan, @Nullable Evaluation before) {
        Evaluation large = plan.evaluation();
        int size = plan.json().length;
        if (size <= bytes) {
            return plan;
        }
        return tooLarge(
                large, before, "its evaluation has " + size + " bytes as JSON, and at most " + bytes + " are allowed");
    }

    /**
     * Plans the failure of a definition whose records are too large; everything in force stays.
     *
     * @param excess the size and the limit
     */
    static EvaluationPlan tooLarge(Evaluation before, String excess) {
        return tooLarge(before, before, excess);
    }

    private static EvaluationPlan tooLarge(Evaluation large, @Nullable Evaluation before, String excess) {
        var problem = new DefinitionProblem(
                "containers." + large.container(),
                null,
                "definition of " + large.container(),
                excess,
                "give shorter values, or move large texts into files that the container mounts");
        return new EvaluationCandidate(large.container(), before, null, large.revision(), large.evaluatedRevision())
                .failed(List.of(problem), null);
    }

    /** Plans the failure of an evaluation because of an internal error; everything in force stays. */
    static EvaluationPlan broken(Evaluation before) {
        if (before.definition() == null) {
            return EvaluationPlan.of(before);
        }
        var problem = new DefinitionProblem(
                "containers." + before.container(),
                null,
                "config-service",
                "its evaluation failed unexpectedly",
                "see the log of the config-service for the cause; another definition is evaluated as usual");
        return EvaluationCandidate.again(before).failed(List.of(problem), before.built());
    }
}
