package io.hatchery.config;

import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.option.Evaluated;
import io.hatchery.spec.option.Evaluator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Decides what follows from a definition. Pure: it knows of nothing but its arguments. */
final class Deciding {
    private Deciding() {}

    /**
     * A definition was written.
     *
     * @param before what became of the last one; null if there was none
     * @param revision the offset of its record
     * @param expected the revision that its author meant to replace, 0 for none; null if that does not matter
     * @param place where to put it if it names no host and has none yet
     */
    static Decision define(
            ContainerName name,
            @Nullable Evaluation before,
            ContainerDefinition definition,
            long revision,
            @Nullable Long expected,
            Map<ProfileName, ContainerDefinition> profiles,
            Supplier<Optional<HostName>> place) {
        String refusal = refusal(before, expected);
        if (refusal != null) {
            return refused(name, before, revision, refusal);
        }
        return evaluate(name, before, definition, revision, revision, profiles, place);
    }

    /** Something that a definition rests on has changed. */
    static Decision again(
            Evaluation before,
            ContainerDefinition definition,
            Map<ProfileName, ContainerDefinition> profiles,
            Supplier<Optional<HostName>> place) {
        return evaluate(before.container(), before, definition, before.revision(), before.judged(), profiles, place);
    }

    /** A definition was deleted; the parameters are those of {@link #define}. */
    static Decision delete(ContainerName name, @Nullable Evaluation before, long revision, @Nullable Long expected) {
        String refusal = refusal(before, expected);
        if (refusal != null) {
            return refused(name, before, revision, refusal);
        }
        ContainerSpec spec = before == null ? null : before.spec();
        var evaluation = new Evaluation(
                name, Evaluation.State.DELETED, revision, revision, null, generationOf(before), null, null, List.of());
        return new Decision(evaluation, null, spec == null ? null : spec.host());
    }

    private static Decision evaluate(
            ContainerName name,
            @Nullable Evaluation before,
            ContainerDefinition definition,
            long revision,
            long judged,
            Map<ProfileName, ContainerDefinition> profiles,
            Supplier<Optional<HostName>> place) {
        Generation last = generationOf(before);
        ContainerSpec inForce = before == null ? null : before.spec();
        switch (Evaluator.evaluate(name, definition, profiles)) {
            case Evaluated.Bad bad -> {
                var failed = new Evaluation(
                        name,
                        Evaluation.State.FAILED,
                        revision,
                        judged,
                        null,
                        last,
                        definition,
                        inForce,
                        bad.problems());
                return new Decision(failed, null, null);
            }
            case Evaluated.Good good -> {
                Optional<HostName> host = good.host()
                        .or(() -> Optional.ofNullable(inForce).map(ContainerSpec::host))
                        .or(place);
                if (host.isEmpty()) {
                    var unplaced = new Evaluation(
                            name, Evaluation.State.UNPLACED, revision, judged, null, last, definition, null, List.of());
                    return new Decision(unplaced, null, null);
                }
                return placed(before, definition, revision, judged, good, host.get());
            }
        }
    }

    private static Decision placed(
            @Nullable Evaluation before,
            ContainerDefinition definition,
            long revision,
            long judged,
            Evaluated.Good good,
            HostName host) {
        ContainerSpec inForce = before == null ? null : before.spec();
        Generation last = generationOf(before);
        ContainerSpec spec = good.at(host, last == null ? Generation.FIRST : last.next());
        boolean changed = inForce == null || !inForce.saysTheSameAs(spec);
        ContainerSpec current = changed || inForce == null ? spec : inForce;
        var evaluation = new Evaluation(
                good.name(),
                Evaluation.State.EVALUATED,
                revision,
                judged,
                null,
                current.generation(),
                definition,
                current,
                List.of());
        HostName left = inForce == null || inForce.host().equals(host) ? null : inForce.host();
        return new Decision(evaluation, changed ? spec : null, left);
    }

    private static @Nullable String refusal(@Nullable Evaluation before, @Nullable Long expected) {
        boolean exists = before != null && before.state() != Evaluation.State.DELETED;
        long actual = before != null && exists ? before.revision() : NONE;
        if (expected == null || expected == actual) {
            return null;
        }
        return exists
                ? "it expects to replace revision " + expected + ", but revision " + actual
                        + " is in force: read it again and redo the change"
                : "it expects to replace revision " + expected + ", but there is no definition";
    }

    /** What an author expects who expects that there is no definition yet. Offset 0 is taken by real records, hence not 0. */
    static final long NONE = -1;

    private static Decision refused(ContainerName name, @Nullable Evaluation before, long revision, String refusal) {
        Evaluation evaluation = before == null
                ? new Evaluation(name, Evaluation.State.DELETED, NONE, revision, refusal, null, null, null, List.of())
                : new Evaluation(
                        name,
                        before.state(),
                        before.revision(),
                        revision,
                        refusal,
                        before.generation(),
                        before.definition(),
                        before.spec(),
                        before.errors());
        return new Decision(evaluation, null, null);
    }

    private static @Nullable Generation generationOf(@Nullable Evaluation before) {
        return before == null ? null : before.generation();
    }
}
