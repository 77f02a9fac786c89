package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Exit;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.OperationStep;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.ContainerSpecBuilder;
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

/** One container that gets inputs one by one. */
final class LifecycleScenario {
    static final ContainerName WEB = new ContainerName("web");
    static final HostName HOST = new HostName("host1");

    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    ContainerState state = ContainerState.absent(WEB, HOST, now);
    List<Effect> effects = List.of();
    final List<FleetEvent.Ended> ended = new ArrayList<>();
    final List<String> accepted = new ArrayList<>();
    /** Every input with its transition, for the message of a failed test. */
    final List<String> trace = new ArrayList<>();

    /** Builds the specs of tests. */
    record SpecBuilder(
            long generation, boolean autoStart, boolean restartIfChanged, RestartPolicy restart, String root) {
        static SpecBuilder plain() {
            return new SpecBuilder(1, false, true, RestartPolicy.ON_FAILURE, "/r");
        }

        SpecBuilder generation(long next) {
            return new SpecBuilder(next, autoStart, restartIfChanged, restart, root);
        }

        SpecBuilder autoStart(boolean next) {
            return new SpecBuilder(generation, next, restartIfChanged, restart, root);
        }

        SpecBuilder restartIfChanged(boolean next) {
            return new SpecBuilder(generation, autoStart, next, restart, root);
        }

        SpecBuilder restart(RestartPolicy next) {
            return new SpecBuilder(generation, autoStart, restartIfChanged, next, root);
        }

        SpecBuilder root(String next) {
            return new SpecBuilder(generation, autoStart, restartIfChanged, restart, next);
        }

        ContainerSpec spec() {
            return ContainerSpecBuilder.builder()
                    .name(WEB)
                    .host(HOST)
                    .generation(new Generation(generation))
                    .payload(new Payload.Boot())
                    .root(root)
                    .environment(new TreeMap<>())
                    .bindMounts(List.of())
                    .tmpfs(List.of())
                    .ephemeral(false)
                    .autoStart(autoStart)
                    .restartIfChanged(restartIfChanged)
                    .startTimeout(Span.parse("60s"))
                    .stopTimeout(Span.parse("180s"))
                    .restart(restart)
                    .readiness(Readiness.NOTIFY)
                    .killSignal(Signal.parse("SIGRTMIN+3"))
                    .labels(new TreeMap<>())
                    .build();
        }
    }

    /** A container that runs that spec. */
    static LifecycleScenario running(ContainerSpec spec) {
        return new LifecycleScenario()
                .give(new Input.SpecArrived(spec))
                .command(Verb.START, "start")
                .prepared()
                .spawned()
                .ready();
    }

    LifecycleScenario give(Input input) {
        Transition transition = Lifecycle.step(state, input, now);
        state = transition.state();
        effects = transition.effects();
        trace.add(input + "\n    -> " + state.lifecycle()
                + (state.intent().desiredRunning() ? " desired running " : " ") + effects);
        for (Effect effect : effects) {
            if (effect instanceof Effect.Publish(FleetEvent.Ended event)) {
                ended.add(event);
            } else if (effect instanceof Effect.Publish(FleetEvent.Accepted event)) {
                accepted.add(event.id().value());
            }
        }
        return this;
    }

    /** A spec arrives that the host can carry out. */
    LifecycleScenario define(SpecBuilder spec) {
        give(new Input.SpecArrived(spec.spec()));
        for (Effect effect : effects) {
            if (effect instanceof Effect.Fetch(long run, ContainerSpec fetched)) {
                return give(new Input.Fetched(run, fetched));
            }
        }
        return this;
    }

    LifecycleScenario command(Verb verb, String id) {
        return give(new Input.CommandArrived(new CommandId(id), new Command(verb, WEB, null, null, null), now));
    }

    LifecycleScenario command(Verb verb, String id, long generation) {
        return give(new Input.CommandArrived(
                new CommandId(id), new Command(verb, WEB, new Generation(generation), null, null), now));
    }

    LifecycleScenario command(Verb verb, String id, Generation generation, Instant deadline) {
        return give(
                new Input.CommandArrived(new CommandId(id), new Command(verb, WEB, generation, deadline, null), now));
    }

    /** The spec is removed, and the root is not on disk. */
    LifecycleScenario remove(String id, boolean purge) {
        return give(new Input.SpecRemoved(new CommandId(id), null, null, purge, null, now));
    }

    /** Specs up to that generation are removed. */
    LifecycleScenario removeUpTo(String id, long generation) {
        return give(new Input.SpecRemoved(new CommandId(id), null, new Generation(generation), false, null, now));
    }

    LifecycleScenario removed(boolean purge) {
        return give(new Input.Removed(new Removal("/r", purge)));
    }

    LifecycleScenario adopted(boolean begun, @Nullable Long leader, boolean ready, @Nullable Exit exit) {
        return give(new Input.Adopted(new Observation(begun, leader, ready, exit)));
    }

    LifecycleScenario after(Duration wait) {
        now = now.plus(wait);
        return give(new Input.Due());
    }

    long run() {
        return state.current().runs();
    }

    LifecycleScenario prepared() {
        return give(new Input.Prepared(run()));
    }

    LifecycleScenario spawned() {
        return give(new Input.Spawned(run()));
    }

    LifecycleScenario ready() {
        give(new Input.LeaderKnown(run(), 4711));
        return give(new Input.Ready(run()));
    }

    LifecycleScenario exited(int status) {
        return give(new Input.Exited(run(), status, now));
    }

    LifecycleScenario cleanedUp() {
        return give(new Input.CleanedUp(run()));
    }

    /** Defined, started, and spawned, but not ready. */
    static LifecycleScenario starting(SpecBuilder spec) {
        return new LifecycleScenario()
                .define(spec)
                .command(Verb.START, "start")
                .prepared()
                .spawned();
    }

    /** Defined, started and ready. */
    static LifecycleScenario running() {
        return running(SpecBuilder.plain());
    }

    static LifecycleScenario running(SpecBuilder spec) {
        return new LifecycleScenario()
                .define(spec)
                .command(Verb.START, "start")
                .prepared()
                .spawned()
                .ready();
    }

    Phase phase() {
        return state.phase();
    }

    /** The steps in the outcome of a command. */
    List<String> steps(String id) {
        return outcome(id).steps().stream().map(OperationStep::step).toList();
    }

    boolean isPending(String id) {
        return state.operations().stream()
                .anyMatch(operation -> operation.id().value().equals(id));
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
