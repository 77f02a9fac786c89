package io.hatchery.config;

import io.hatchery.config.system.Systems;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Evaluation.Built;
import io.hatchery.protocol.Evaluation.GivenSystem;
import io.hatchery.protocol.Headers;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.Payload;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.SpecChange;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.option.Evaluated;
import io.hatchery.spec.option.Evaluator;
import io.hatchery.spec.option.Problem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides what follows from a definition. Pure: it knows of nothing but its arguments. */
final class Deciding {
    private Deciding() {}

    /**
     * A definition was written.
     *
     * @param before what became of the last one; null if there was none
     * @param revision the offset of its record
     * @param expected the revision that its author meant to replace, -1 for none; null if that does not matter
     * @param neighbours the other containers and the hosts
     */
    static Decision define(
            ContainerName name,
            @Nullable Evaluation before,
            ContainerDefinition definition,
            long revision,
            @Nullable Long expected,
            Map<ProfileName, ContainerDefinition> profiles,
            Neighbours neighbours) {
        String refusal = refusal(before, expected);
        if (refusal != null) {
            return refused(name, before, revision, refusal);
        }
        return evaluate(name, before, definition, revision, revision, profiles, neighbours);
    }

    /** Something that a definition rests on has changed. */
    static Decision again(
            Evaluation before,
            ContainerDefinition definition,
            Map<ProfileName, ContainerDefinition> profiles,
            Neighbours neighbours) {
        return evaluate(
                before.container(), before, definition, before.revision(), before.judged(), profiles, neighbours);
    }

    /**
     * A definition was deleted; the parameters are those of {@link #define}.
     *
     * @param operation what the deletion is known by
     */
    static Decision delete(
            ContainerName name,
            @Nullable Evaluation before,
            long revision,
            @Nullable Long expected,
            CommandId operation) {
        String refusal = refusal(before, expected);
        if (refusal != null) {
            return refused(name, before, revision, refusal);
        }
        HostName holder = before == null || before.spec() == null ? null : holder(before);
        var removal = holder == null
                ? null
                : new Evaluation.Leaving(holder, operation, generationOf(before), null, null, null);
        var evaluation = new Evaluation(
                name,
                Evaluation.State.DELETED,
                revision,
                revision,
                null,
                generationOf(before),
                null,
                null,
                null,
                removal == null ? leavingOf(before) : removal,
                List.of(),
                null,
                List.of());
        return new Decision(evaluation, null, before == null || before.isPublished() ? null : before.spec(), removal);
    }

    /** The host that may have something of a container which has a spec. */
    private static @Nullable HostName holder(Evaluation before) {
        if (before.leaving() != null) {
            return before.leaving().host();
        }
        return before.spec() == null ? null : before.spec().host();
    }

    /** The host that is leaving is told so again; nothing else changes. */
    static Evaluation repeat(Evaluation before, Evaluation.Leaving leaving, Instant now) {
        return withLeaving(before, before.state(), leaving.again(now));
    }

    private static Evaluation withLeaving(
            Evaluation before, Evaluation.State state, Evaluation.@Nullable Leaving leaving) {
        return new Evaluation(
                before.container(),
                state,
                before.revision(),
                before.judged(),
                before.refusal(),
                before.generation(),
                before.definition(),
                before.spec(),
                before.change(),
                leaving,
                before.errors(),
                before.built(),
                before.systems());
    }

    /**
     * A deletion with what was asked for besides.
     *
     * @param purge whether the root goes as well
     * @param by who asked; null if unsaid
     */
    static Decision asked(Decision deletion, boolean purge, @Nullable String by, Instant now) {
        Evaluation.Leaving removal = deletion.removal();
        if (removal == null) {
            return deletion;
        }
        var full = new Evaluation.Leaving(
                removal.host(), removal.operation(), removal.generation(), purge ? Boolean.TRUE : null, by, now);
        Evaluation evaluation = deletion.evaluation();
        return new Decision(
                withLeaving(evaluation, evaluation.state(), full), deletion.published(), deletion.withdrawn(), full);
    }

    /** The host that was leaving has let go: what waited for that is in force. */
    static Decision release(Evaluation before) {
        var state = before.state() == Evaluation.State.MOVING ? Evaluation.State.EVALUATED : before.state();
        return new Decision(withLeaving(before, state, null), before.spec(), null, null);
    }

    private static Decision evaluate(
            ContainerName name,
            @Nullable Evaluation before,
            ContainerDefinition definition,
            long revision,
            long judged,
            Map<ProfileName, ContainerDefinition> profiles,
            Neighbours neighbours) {
        ContainerSpec inForce = before == null ? null : before.spec();
        switch (Evaluator.evaluate(name, definition, profiles)) {
            case Evaluated.Bad bad -> {
                return failed(name, before, definition, revision, judged, bad.problems(), builtOf(before));
            }
            case Evaluated.Good good -> {
                Built built = built(before, good, revision, neighbours);
                if (built != null && !built.errors().isEmpty()) {
                    return failed(name, before, definition, revision, judged, built.errors(), built);
                }
                if (built != null && built.path() == null) {
                    var building = Evaluation.State.BUILDING;
                    return kept(name, before, building, definition, revision, judged, List.of(), built);
                }
                // What a host is called by others may change; only its author moves a container.
                HostName last = inForce == null ? null : inForce.host();
                boolean stays = before != null && before.revision() == revision;
                Optional<HostName> host = good.host()
                        .or(() -> stays ? Optional.ofNullable(last) : Optional.empty())
                        .or(() -> neighbours.place(good.requires(), last));
                if (host.isEmpty()) {
                    var unplaced = new Evaluation(
                            name,
                            Evaluation.State.UNPLACED,
                            revision,
                            judged,
                            null,
                            generationOf(before),
                            definition,
                            null,
                            null,
                            leavingOf(before),
                            nowhere(good),
                            built,
                            systemsOf(before));
                    return new Decision(unplaced, null, null, null);
                }
                return placed(before, definition, revision, judged, good, built, host.get(), neighbours);
            }
        }
    }

    /**
     * What is known of the system that a definition has evaluated; null if it has none. A revision is evaluated once, so that nothing
     * changes by itself when its nixpkgs does.
     */
    private static @Nullable Built built(
            @Nullable Evaluation before, Evaluated.Good good, long revision, Neighbours neighbours) {
        if (good.source() == null) {
            return null;
        }
        String digest = good.source().digest();
        Built last = before == null || before.revision() != revision ? null : before.built();
        if (last != null
                && last.source().equals(digest)
                && (last.path() != null || !last.errors().isEmpty())) {
            return last;
        }
        return switch (neighbours.system(good.name(), revision, good.source())) {
            case Systems.Pending() -> new Built(digest, null, List.of());
            case Systems.Ready(String path) -> new Built(digest, path, List.of());
            case Systems.Failed(List<Problem> problems) -> new Built(digest, null, problems);
        };
    }

    /** Why a container has no host, where that is not for want of any. */
    private static List<Problem> nowhere(Evaluated.Good good) {
        return good.requires().isEmpty()
                ? List.of()
                : List.of(new Problem(
                        "containers." + good.name() + ".requires",
                        Json.text(good.requires()),
                        "placement",
                        "no host that is ready has these labels",
                        "give a host these labels by its key host.labels, or require others"));
    }

    /**
     * The decision, if its evaluation can be written. Otherwise the definition fails, and is not copied into its evaluation; what was
     * in force before fitted and stays.
     */
    static Decision within(int bytes, Decision decision, @Nullable Evaluation before) {
        Evaluation large = decision.evaluation();
        int size = Json.bytes(large).length;
        if (size <= bytes) {
            return decision;
        }
        var problem = new Problem(
                "containers." + large.container(),
                null,
                "definition of " + large.container(),
                "its evaluation has " + size + " bytes as JSON, and at most " + bytes + " are allowed",
                "give shorter values, or move large texts into files that the container mounts");
        return kept(
                large.container(),
                before,
                Evaluation.State.FAILED,
                null,
                large.revision(),
                large.judged(),
                List.of(problem),
                null);
    }

    private static Decision failed(
            ContainerName name,
            @Nullable Evaluation before,
            ContainerDefinition definition,
            long revision,
            long judged,
            List<Problem> problems,
            @Nullable Built built) {
        ContainerDefinition small = Evaluator.isTooLarge(definition) ? null : definition;
        return kept(name, before, Evaluation.State.FAILED, small, revision, judged, problems, built);
    }

    /** Its evaluation failed for a reason that is no fault of the definition's author; what is in force stays. */
    static Decision broken(Evaluation before) {
        if (before.definition() == null) {
            return new Decision(before, null, null, null);
        }
        var problem = new Problem(
                "containers." + before.container(),
                null,
                "config-service",
                "its evaluation failed unexpectedly",
                "see the log of the config-service for the cause; another definition is evaluated as usual");
        return failed(
                before.container(),
                before,
                before.definition(),
                before.revision(),
                before.judged(),
                List.of(problem),
                before.built());
    }

    /** The last good spec stays in force, for the time being or until a better definition comes. */
    private static Decision kept(
            ContainerName name,
            @Nullable Evaluation before,
            Evaluation.State state,
            @Nullable ContainerDefinition definition,
            long revision,
            long judged,
            List<Problem> problems,
            @Nullable Built built) {
        var kept = new Evaluation(
                name,
                state,
                revision,
                judged,
                null,
                generationOf(before),
                definition,
                before == null ? null : before.spec(),
                before == null ? null : before.change(),
                leavingOf(before),
                problems,
                built,
                systemsOf(before));
        return new Decision(kept, null, null, null);
    }

    private static Decision placed(
            @Nullable Evaluation before,
            ContainerDefinition definition,
            long revision,
            long judged,
            Evaluated.Good good,
            @Nullable Built built,
            HostName host,
            Neighbours neighbours) {
        ContainerSpec inForce = before == null ? null : before.spec();
        Generation last = generationOf(before);
        ContainerSpec spec =
                good.at(host, last == null ? Generation.FIRST : last.next(), built == null ? null : built.path());
        List<Problem> clashes = neighbours.clashes(spec);
        if (!clashes.isEmpty()) {
            return failed(good.name(), before, definition, revision, judged, clashes, built);
        }
        boolean changed = inForce == null || !inForce.saysTheSameAs(spec);
        ContainerSpec current = changed || inForce == null ? spec : inForce;
        Evaluation.Leaving pending = leavingOf(before);
        Evaluation.Leaving removal =
                pending == null && inForce != null && !inForce.host().equals(host)
                        ? new Evaluation.Leaving(inForce.host(), moved(spec), last, null, null, neighbours.now())
                        : null;
        Evaluation.Leaving leaving = removal != null ? removal : pending;
        if (leaving != null && leaving.host().equals(host)) {
            leaving = null; // it reads of its removal before it reads this
        }
        var evaluation = new Evaluation(
                good.name(),
                leaving == null ? Evaluation.State.EVALUATED : Evaluation.State.MOVING,
                revision,
                judged,
                null,
                current.generation(),
                definition,
                current,
                changeOf(before, current),
                leaving,
                List.of(),
                built,
                systems(before, current, revision, neighbours));
        boolean withdraws =
                pending != null && inForce != null && !inForce.host().equals(host);
        return new Decision(evaluation, changed && leaving == null ? spec : null, withdraws ? inForce : null, removal);
    }

    /** With that of the spec, if it is another than the last; the last ends with the first spec that does not have it. */
    private static List<GivenSystem> systems(
            @Nullable Evaluation before, ContainerSpec spec, long revision, Neighbours neighbours) {
        List<GivenSystem> systems = new ArrayList<>(systemsOf(before));
        String path = spec.payload() instanceof Payload.SystemPath system ? system.path() : null;
        GivenSystem last = systems.isEmpty() ? null : systems.getLast();
        boolean isSame = last != null && last.until() == null && last.path().equals(path);
        if (last != null && last.until() == null && !isSame) {
            systems.set(systems.size() - 1, last.until(spec.generation()));
        }
        if (path != null && !isSame) {
            systems.add(new GivenSystem(spec.generation(), path, revision, neighbours.now(), null));
        }
        return systems.subList(Math.max(0, systems.size() - Evaluation.KEPT_SYSTEMS), systems.size());
    }

    private static List<GivenSystem> systemsOf(@Nullable Evaluation before) {
        return before == null ? List.of() : before.systems();
    }

    private static @Nullable Built builtOf(@Nullable Evaluation before) {
        return before == null ? null : before.built();
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

    private static Evaluation.@Nullable Leaving leavingOf(@Nullable Evaluation before) {
        return before == null ? null : before.leaving();
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

    /** What an author expects who expects that there is no definition yet. */
    static final long NONE = Long.parseLong(Headers.NO_REVISION);

    private static Decision refused(ContainerName name, @Nullable Evaluation before, long revision, String refusal) {
        Evaluation evaluation = before == null
                ? new Evaluation(
                        name,
                        Evaluation.State.DELETED,
                        NONE,
                        revision,
                        refusal,
                        null,
                        null,
                        null,
                        null,
                        null,
                        List.of(),
                        null,
                        List.of())
                : new Evaluation(
                        name,
                        before.state(),
                        before.revision(),
                        revision,
                        refusal,
                        before.generation(),
                        before.definition(),
                        before.spec(),
                        before.change(),
                        before.leaving(),
                        before.errors(),
                        before.built(),
                        before.systems());
        return new Decision(evaluation, null, null, null);
    }

    private static @Nullable Generation generationOf(@Nullable Evaluation before) {
        return before == null ? null : before.generation();
    }
}
