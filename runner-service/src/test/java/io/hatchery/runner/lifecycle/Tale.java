package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Exit;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Step;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.Payload;
import io.hatchery.spec.Readiness;
import io.hatchery.spec.RestartPolicy;
import io.hatchery.spec.Signal;
import io.hatchery.spec.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One container's story, told input by input. */
final class Tale {
    static final ContainerName WEB = new ContainerName("web");
    static final HostName HOST = new HostName("host1");

    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    ContainerState state = ContainerState.absent(WEB, HOST, now);
    List<Effect> effects = List.of();
    final List<FleetEvent.Ended> ended = new ArrayList<>();
    final List<String> accepted = new ArrayList<>();
    /** Every input and what came of it, to read after a failure. */
    final List<String> told = new ArrayList<>();

    /** What specs of the tests differ in. */
    record Wish(long generation, boolean autoStart, boolean restartIfChanged, RestartPolicy restart, String root) {
        static Wish plain() {
            return new Wish(1, false, true, RestartPolicy.ON_FAILURE, "/r");
        }

        Wish generation(long next) {
            return new Wish(next, autoStart, restartIfChanged, restart, root);
        }

        Wish autoStart(boolean next) {
            return new Wish(generation, next, restartIfChanged, restart, root);
        }

        Wish restartIfChanged(boolean next) {
            return new Wish(generation, autoStart, next, restart, root);
        }

        Wish restart(RestartPolicy next) {
            return new Wish(generation, autoStart, restartIfChanged, next, root);
        }

        Wish root(String next) {
            return new Wish(generation, autoStart, restartIfChanged, restart, next);
        }

        ContainerSpec spec() {
            return new ContainerSpec(
                    WEB,
                    HOST,
                    new Generation(generation),
                    new Payload.Boot(),
                    root,
                    new TreeMap<>(),
                    List.of(),
                    List.of(),
                    false,
                    autoStart,
                    restartIfChanged,
                    Span.parse("60s"),
                    Span.parse("180s"),
                    restart,
                    Readiness.NOTIFY,
                    Signal.parse("SIGRTMIN+3"),
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    new TreeMap<>(),
                    null);
        }
    }

    /** One whose container runs that spec. */
    static Tale running(ContainerSpec spec) {
        return new Tale()
                .give(new Input.SpecArrived(spec))
                .command(Verb.START, "start")
                .prepared()
                .spawned()
                .ready();
    }

    Tale give(Input input) {
        Transition transition = Lifecycle.step(state, input, now);
        state = transition.state();
        effects = transition.effects();
        told.add(input + "\n    -> " + state.life() + (state.wanted() ? " wanted " : " ") + effects);
        for (Effect effect : effects) {
            if (effect instanceof Effect.Publish(FleetEvent.Ended event)) {
                ended.add(event);
            } else if (effect instanceof Effect.Publish(FleetEvent.Accepted event)) {
                accepted.add(event.id().value());
            }
        }
        return this;
    }

    Tale define(Wish wish) {
        return give(new Input.SpecArrived(wish.spec()));
    }

    Tale command(Verb verb, String id) {
        return give(new Input.CommandArrived(new CommandId(id), new Command(verb, WEB, null, null, null), now));
    }

    Tale command(Verb verb, String id, long generation) {
        return give(new Input.CommandArrived(
                new CommandId(id), new Command(verb, WEB, new Generation(generation), null, null), now));
    }

    Tale command(Verb verb, String id, Generation generation, Instant deadline) {
        return give(
                new Input.CommandArrived(new CommandId(id), new Command(verb, WEB, generation, deadline, null), now));
    }

    /** The spec is taken away, and the host's disk knows of no root. */
    Tale remove(String id, boolean purge) {
        return give(new Input.SpecRemoved(new CommandId(id), null, null, purge, null, now));
    }

    /** The spec is taken away up to that generation. */
    Tale removeUpTo(String id, long generation) {
        return give(new Input.SpecRemoved(new CommandId(id), null, new Generation(generation), false, null, now));
    }

    Tale removed(boolean purge) {
        return give(new Input.Removed(new ContainerState.Removal("/r", purge)));
    }

    Tale adopted(boolean begun, @Nullable Long leader, boolean ready, @Nullable Exit exit) {
        return give(new Input.Adopted(new Observation(begun, leader, ready, exit)));
    }

    Tale after(Duration wait) {
        now = now.plus(wait);
        return give(new Input.Due());
    }

    long run() {
        return state.runs();
    }

    Tale prepared() {
        return give(new Input.Prepared(run()));
    }

    Tale spawned() {
        return give(new Input.Spawned(run()));
    }

    Tale ready() {
        give(new Input.LeaderKnown(run(), 4711));
        return give(new Input.Ready(run()));
    }

    Tale exited(int status) {
        return give(new Input.Exited(run(), status, now));
    }

    Tale cleanedUp() {
        return give(new Input.CleanedUp(run()));
    }

    /** Defined, started, and spawned, but not ready. */
    static Tale starting(Wish wish) {
        return new Tale().define(wish).command(Verb.START, "start").prepared().spawned();
    }

    /** Defined, started and ready. */
    static Tale running() {
        return running(Wish.plain());
    }

    static Tale running(Wish wish) {
        return new Tale()
                .define(wish)
                .command(Verb.START, "start")
                .prepared()
                .spawned()
                .ready();
    }

    Phase phase() {
        return state.phase();
    }

    /** What the outcome of a command says that it went through. */
    List<String> steps(String id) {
        return outcome(id).steps().stream().map(Step::step).toList();
    }

    boolean isPending(String id) {
        return state.jobs().stream().anyMatch(job -> job.id().value().equals(id));
    }

    boolean does(Class<? extends Effect> effect) {
        return effects.stream().anyMatch(effect::isInstance);
    }

    FleetEvent.Ended outcome(String id) {
        List<FleetEvent.Ended> found =
                ended.stream().filter(event -> event.id().value().equals(id)).toList();
        if (found.size() != 1) {
            throw new AssertionError("outcomes of " + id + ": " + found);
        }
        return found.getFirst();
    }
}
