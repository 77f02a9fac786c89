package io.hatchery.config;

import io.hatchery.config.system.Systems;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Evaluation.Built;
import io.hatchery.protocol.Evaluation.GivenSystem;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import io.hatchery.spec.option.DefinitionProblem;
import io.hatchery.spec.option.EvaluationResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The NixOS systems of a container: the present and the earlier ones. Pure. */
final class ContainerSystems {
    private ContainerSystems() {}

    /**
     * The build of a definition's NixOS system; null if it has none. A revision is built once, so that a changed nixpkgs changes no
     * container by itself.
     */
    static @Nullable Built built(EvaluationCandidate candidate, EvaluationResult.Good good, FleetSnapshot fleet) {
        if (good.source() == null) {
            return null;
        }
        String digest = good.source().digest();
        Built last = candidate.isSameRevision() ? candidate.lastBuilt() : null;
        if (last != null
                && last.source().equals(digest)
                && (last.path() != null || !last.errors().isEmpty())) {
            return last;
        }
        return switch (fleet.system(good.name(), candidate.revision(), good.source())) {
            case Systems.PendingSystem() -> new Built(digest, null, List.of());
            case Systems.SystemReady(String path) -> new Built(digest, path, List.of());
            case Systems.Failed(List<DefinitionProblem> problems) -> new Built(digest, null, problems);
        };
    }

    /** The systems with that of a new spec; the previous system ends with the first spec that does not have it. */
    static List<GivenSystem> given(EvaluationCandidate candidate, ContainerSpec spec, Instant now) {
        List<GivenSystem> systems = new ArrayList<>(candidate.systems());
        String path = spec.payload() instanceof Payload.SystemPath system ? system.path() : null;
        GivenSystem last = systems.isEmpty() ? null : systems.getLast();
        boolean isSame = last != null && last.until() == null && last.path().equals(path);
        if (last != null && last.until() == null && !isSame) {
            systems.set(systems.size() - 1, last.until(spec.generation()));
        }
        if (path != null && !isSame) {
            systems.add(new GivenSystem(spec.generation(), path, candidate.revision(), now, null));
        }
        return systems.subList(Math.max(0, systems.size() - Evaluation.KEPT_SYSTEMS), systems.size());
    }
}
