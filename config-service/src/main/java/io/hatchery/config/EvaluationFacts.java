package io.hatchery.config;

import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.HostSpecs;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.option.DefinitionProblem;
import io.hatchery.spec.option.Evaluator;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What other containers, hosts and profiles need to know of an evaluation. Pure.
 *
 * @param host the host of its spec; null without a spec
 * @param releasing the host that must release the container; null if there is none
 * @param share its part in the digest of its host's specs; 0 unless its spec is published
 * @param hasGeneration whether it ever had a spec
 * @param mayRollBack whether a failed start may lead to a rollback
 * @param demand what it may use of its host
 * @param profiles the profiles that its definition names
 * @param ports the ports of its host that its spec forwards, as {@link PortAllocations#key}
 * @param awaited the ports that other containers have, for which it failed
 * @param systems the paths of its NixOS systems
 * @param selector the labels that no host had, as JSON; null unless it is unplaced
 */
@RecordBuilder
record EvaluationFacts(
        Evaluation.State state,
        @Nullable HostName host,
        @Nullable HostName releasing,
        long share,
        boolean hasGeneration,
        boolean mayRollBack,
        ResourceDemand demand,
        List<ProfileName> profiles,
        List<String> ports,
        List<String> awaited,
        List<String> systems,
        @Nullable String selector)
        implements EvaluationFactsBuilder.With {
    /** The selector of a container that any host may have. */
    static final String ANY_HOST = "{}";

    /** The facts of an evaluation. */
    static EvaluationFacts of(Evaluation evaluation) {
        ContainerSpec spec = evaluation.spec();
        Evaluation.ReleasingHost releasing = evaluation.releasingHost();
        ContainerDefinition definition = evaluation.definition();
        return EvaluationFactsBuilder.builder()
                .state(evaluation.state())
                .host(spec == null ? null : spec.host())
                .releasing(releasing == null ? null : releasing.host())
                .share(spec != null && releasing == null ? HostSpecs.share(spec.name(), spec.generation()) : 0)
                .hasGeneration(evaluation.generation() != null)
                .mayRollBack(spec != null && Boolean.TRUE.equals(spec.rollbackOnFailure()))
                .demand(spec == null ? ResourceDemand.NONE : ResourceDemand.of(spec.limits()))
                .profiles(definition == null ? List.of() : List.copyOf(Evaluator.profilesOf(definition)))
                .ports(
                        spec == null
                                ? List.of()
                                : PortAllocations.of(spec).stream()
                                        .map(PortAllocations::key)
                                        .toList())
                .awaited(awaited(evaluation))
                .systems(evaluation.systems().stream()
                        .map(Evaluation.GivenSystem::path)
                        .toList())
                .selector(selector(evaluation))
                .build();
    }

    private static List<String> awaited(Evaluation evaluation) {
        return evaluation.state() != Evaluation.State.FAILED
                ? List.of()
                : evaluation.errors().stream()
                        .filter(PortAllocations::isClash)
                        .map(problem -> String.valueOf(problem.value()))
                        .toList();
    }

    private static @Nullable String selector(Evaluation evaluation) {
        if (evaluation.state() != Evaluation.State.UNPLACED) {
            return null;
        }
        return evaluation.errors().stream()
                .map(DefinitionProblem::value)
                .filter(value -> value != null)
                .findFirst()
                .orElse(ANY_HOST);
    }

    /** Whether its spec is published to its host. */
    boolean isPublished() {
        return host != null && releasing == null;
    }

    /** Whether it has a published spec or an open removal on that host. */
    boolean concerns(HostName which) {
        return isPublished() && which.equals(host) || which.equals(releasing);
    }
}
