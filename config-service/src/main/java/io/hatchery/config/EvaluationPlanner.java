package io.hatchery.config;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Evaluation.Built;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.SpecChange;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.option.DefinitionProblem;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.Evaluator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Plans what follows from a definition. Pure: it knows of nothing but its arguments. */
final class EvaluationPlanner {
    private EvaluationPlanner() {}

    /**
     * A definition was written.
     *
     * @param before the last evaluation; null if there was none
     * @param revision the offset of its record
     * @param expected the revision that its author meant to replace, {@link ExpectedRevision#NONE} for none; null if that does not
     *     matter
     * @param fleet the other containers and the hosts
     */
    static EvaluationPlan define(
            ContainerName name,
            @Nullable Evaluation before,
            ContainerDefinition definition,
            long revision,
            @Nullable Long expected,
            Map<ProfileName, ContainerDefinition> profiles,
            FleetSnapshot fleet) {
        String refusal = ExpectedRevision.refusal(before, expected);
        if (refusal != null) {
            return ExpectedRevision.refused(name, before, revision, refusal);
        }
        return evaluate(
                new EvaluationCandidate(name, before, definition, revision, revision), definition, profiles, fleet);
    }

    /** Something that a definition rests on has changed. */
    static EvaluationPlan again(
            Evaluation before,
            ContainerDefinition definition,
            Map<ProfileName, ContainerDefinition> profiles,
            FleetSnapshot fleet) {
        var candidate = new EvaluationCandidate(
                before.container(), before, definition, before.revision(), before.evaluatedRevision());
        return evaluate(candidate, definition, profiles, fleet);
    }

    private static EvaluationPlan evaluate(
            EvaluationCandidate candidate,
            ContainerDefinition definition,
            Map<ProfileName, ContainerDefinition> profiles,
            FleetSnapshot fleet) {
        return switch (Evaluator.evaluate(candidate.name(), definition, profiles)) {
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
        // What a host is called by others may change; only its author moves a container.
        ContainerSpec inForce = candidate.lastSpec();
        HostName last = inForce == null ? null : inForce.host();
        return good.host()
                .or(() -> candidate.isSameRevision() ? Optional.ofNullable(last) : Optional.empty())
                .or(() -> fleet.place(good.hostSelector(), last))
                .map(host -> placed(candidate, good, built, host, fleet))
                .orElseGet(() -> unplaced(candidate, good, built));
    }

    private static EvaluationPlan unplaced(
            EvaluationCandidate candidate, EvaluationResult.Good good, @Nullable Built built) {
        var evaluation = new Evaluation(
                candidate.name(),
                Evaluation.State.UNPLACED,
                candidate.revision(),
                candidate.evaluatedRevision(),
                null,
                candidate.generation(),
                candidate.definition(),
                null,
                null,
                candidate.releasingHost(),
                nowhere(good),
                built,
                candidate.systems());
        return EvaluationPlan.of(evaluation);
    }

    /** Why a container has no host, where that is not for want of any. */
    private static List<DefinitionProblem> nowhere(EvaluationResult.Good good) {
        return good.hostSelector().isEmpty()
                ? List.of()
                : List.of(new DefinitionProblem(
                        "containers." + good.name() + ".hostSelector",
                        Json.text(good.hostSelector()),
                        "placement",
                        "no host that is ready has these labels",
                        "give a host these labels by its key host.labels, or require others"));
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
        boolean changed = inForce == null || !inForce.saysTheSameAs(spec);
        ContainerSpec current = changed || inForce == null ? spec : inForce;
        ContainerSpec elsewhere = inForce == null || inForce.host().equals(host) ? null : inForce;
        Evaluation.ReleasingHost pending = candidate.releasingHost();
        Evaluation.ReleasingHost removal = pending == null && elsewhere != null
                ? new Evaluation.ReleasingHost(elsewhere.host(), moved(spec), last, null, null, fleet.now())
                : null;
        Evaluation.ReleasingHost releasingHost = removal != null ? removal : pending;
        if (releasingHost != null && releasingHost.host().equals(host)) {
            // It reads of its removal before it reads this: once more, in case its topic has lost it.
            removal = changed ? releasingHost : null;
            releasingHost = null;
        }
        var evaluation = new Evaluation(
                good.name(),
                releasingHost == null ? Evaluation.State.EVALUATED : Evaluation.State.MOVING,
                candidate.revision(),
                candidate.evaluatedRevision(),
                null,
                current.generation(),
                candidate.definition(),
                current,
                changeOf(candidate.before(), current),
                releasingHost,
                List.of(),
                built,
                ContainerSystems.given(candidate, current, fleet.now()));
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
        return last.equals(now) ? before.change() : SpecChange.between(last, now);
    }

    /** What a removal is known by that makes way for a spec on another host. */
    private static CommandId moved(ContainerSpec spec) {
        return new CommandId("moved/" + spec.name() + "/" + spec.generation());
    }

    /**
     * The plan, if its evaluation can be written. Otherwise the definition fails, and is not copied into its evaluation; what was
     * in force before fitted and stays.
     */
    static EvaluationPlan within(int bytes, EvaluationPlan plan, @Nullable Evaluation before) {
        Evaluation large = plan.evaluation();
        int size = Json.bytes(large).length;
        if (size <= bytes) {
            return plan;
        }
        return tooLarge(
                large, before, "its evaluation has " + size + " bytes as JSON, and at most " + bytes + " are allowed");
    }

    /**
     * What follows from an evaluation cannot be written: its definition fails, and what is in force stays.
     *
     * @param excess what is too large, its size and the limit
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

    /** Its evaluation failed for a reason that is no fault of the definition's author; what is in force stays. */
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
