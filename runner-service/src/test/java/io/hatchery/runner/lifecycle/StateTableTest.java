package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.Payload;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What each lifecycle state does for each verb, and which inputs it answers. It ignores all others. */
class StateTableTest {
    private static final ContainerSpec ONE = system(1, "/one");
    private static final ContainerSpec TWO = system(2, "/two");

    private static ContainerSpec system(long generation, String path) {
        return SpecsOfTests.with("{}")
                .withGeneration(new Generation(generation))
                .withPayload(new Payload.SystemPath(path));
    }

    private static LifecycleScenario launched() {
        return new LifecycleScenario().give(new Input.SpecArrived(ONE)).command(Verb.START, "start");
    }

    private static LifecycleScenario running() {
        return launched().prepared().spawned().ready();
    }

    /**
     * A state with a run of the first spec while the host has a second one.
     *
     * @param answered the inputs that the state answers
     */
    record StateRow(String name, LifecycleScenario scenario, Set<Class<?>> answered) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static StateRow row(String name, LifecycleScenario scenario, Class<?>... answered) {
        return new StateRow(name, scenario.give(new Input.SpecArrived(TWO)), Set.of(answered));
    }

    static Stream<StateRow> states() {
        return Stream.of(
                row(
                        "inactive",
                        new LifecycleScenario().give(new Input.SpecArrived(ONE)),
                        Input.StartedExternally.class),
                row(
                        "backoff",
                        running().exited(1).cleanedUp(),
                        Input.Due.class,
                        Input.StartedExternally.class,
                        Input.StopRequestedExternally.class),
                row(
                        "preparing",
                        launched(),
                        Input.FetchAttempted.class,
                        Input.Prepared.class,
                        Input.LaunchFailed.class,
                        Input.Fetched.class,
                        Input.FetchFailed.class),
                row(
                        "starting not spawned",
                        launched().prepared(),
                        Input.StopRequestedExternally.class,
                        Input.FetchAttempted.class,
                        Input.Spawned.class,
                        Input.NotSpawned.class,
                        Input.LaunchFailed.class,
                        Input.LeaderKnown.class,
                        Input.Ready.class,
                        Input.Exited.class,
                        Input.Fetched.class,
                        Input.FetchFailed.class),
                row(
                        "starting spawned",
                        launched().prepared().spawned(),
                        Input.Due.class,
                        Input.StopRequestedExternally.class,
                        Input.FetchAttempted.class,
                        Input.NotSpawned.class,
                        Input.LaunchFailed.class,
                        Input.LeaderKnown.class,
                        Input.Ready.class,
                        Input.Exited.class,
                        Input.Fetched.class,
                        Input.FetchFailed.class),
                row(
                        "running",
                        running(),
                        Input.StopRequestedExternally.class,
                        Input.FetchAttempted.class,
                        Input.LeaderKnown.class,
                        Input.Exited.class,
                        Input.Reloaded.class,
                        Input.ReloadFailed.class,
                        Input.Fetched.class,
                        Input.FetchFailed.class),
                row(
                        "stopping",
                        running().command(Verb.RESTART, "restart"),
                        Input.Due.class,
                        Input.FetchAttempted.class,
                        Input.NotSpawned.class,
                        Input.LaunchFailed.class,
                        Input.LeaderKnown.class,
                        Input.Exited.class,
                        Input.Fetched.class,
                        Input.FetchFailed.class),
                row(
                        "cleaning up",
                        running().command(Verb.RESTART, "restart").exited(0),
                        Input.FetchAttempted.class,
                        Input.FetchFailed.class,
                        Input.CleanedUp.class,
                        Input.CleanUpFailed.class));
    }

    static Stream<StateRow> statesWithRunOrBackoff() {
        return states().filter(row -> !(row.scenario.state.lifecycle() instanceof LifecycleState.Inactive));
    }

    private static List<Input> inputs(long run, Instant now) {
        return List.of(
                new Input.Due(),
                new Input.StartedExternally(),
                new Input.StopRequestedExternally(run),
                new Input.FetchAttempted(TWO, "the cache is away"),
                new Input.Prepared(run),
                new Input.LaunchFailed(run, "no root"),
                new Input.Spawned(run),
                new Input.NotSpawned(run),
                new Input.LeaderKnown(run, 99),
                new Input.Ready(run),
                new Input.Exited(run, 1, now),
                new Input.Fetched(run, TWO),
                new Input.FetchFailed(run, TWO, "no such path"),
                new Input.Reloaded(run, TWO),
                new Input.ReloadFailed(run, TWO, "a unit failed"),
                new Input.CleanedUp(run),
                new Input.CleanUpFailed(run, "a mount is left"));
    }

    @ParameterizedTest
    @MethodSource("states")
    void stateAnswersItsInputsAndIgnoresAllOthers(StateRow state) {
        ContainerState before = state.scenario().state;
        Instant later = state.scenario().now.plus(Duration.ofHours(1));
        List<Input> inputs = inputs(before.current().runs(), later);
        assertThat(inputs.stream().map(Object::getClass))
                .as("all inputs")
                .containsExactlyInAnyOrderElementsOf(Stream.of(Input.StateInput.class, Input.RunEvent.class)
                        .flatMap(type -> Arrays.stream(type.getPermittedSubclasses()))
                        .toList());
        assertThat(inputs.stream()
                        .filter(input -> !Lifecycle.step(before, input, later).equals(Transition.none(before, later)))
                        .map(Object::getClass))
                .isEqualTo(inputs.stream()
                        .map(Object::getClass)
                        .filter(state.answered()::contains)
                        .toList());
    }

    /** The effects of start, stop, restart, kill and the removal of the spec, in each state. */
    private static final Map<String, List<String>> EFFECTS = Map.of(
            "inactive", List.of("Prepare", "", "Prepare", "", "Remove"),
            "backoff", List.of("Prepare", "", "Prepare", "", "Remove"),
            "preparing", List.of("", "CancelPrepare", "CancelPrepare", "CancelPrepare", "CancelPrepare"),
            "starting not spawned", List.of("", "", "", "", ""),
            "starting spawned", List.of("", "", "", "Kill", ""),
            "running", List.of("", "SignalLeader", "SignalLeader", "Kill", "SignalLeader"),
            "stopping", List.of("", "", "", "Kill", ""),
            "cleaning up", List.of("", "", "", "", ""));

    private static String effects(StateRow state, Input input) {
        return Lifecycle.step(state.scenario().state, input, state.scenario().now).effects().stream()
                .filter(effect -> !(effect instanceof Effect.Publish))
                .map(effect -> effect.getClass().getSimpleName())
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @MethodSource("states")
    void stateAnswersEveryVerb(StateRow state) {
        var id = new CommandId("verb");
        Instant now = state.scenario().now;
        List<String> effects = Stream.concat(
                        Stream.of(Verb.START, Verb.STOP, Verb.RESTART, Verb.KILL)
                                .map(verb -> new Input.CommandArrived(
                                        id, new Command(verb, LifecycleScenario.WEB, null, null, null), now)),
                        Stream.of(new Input.SpecRemoved(id, null, null, false, null, now)))
                .map(input -> effects(state, input))
                .toList();
        assertThat(effects).isEqualTo(EFFECTS.get(state.name()));
    }

    @ParameterizedTest
    @MethodSource("states")
    void stateIgnoresAnswersToNoRemoval(StateRow state) {
        ContainerState before = state.scenario().state;
        Instant now = state.scenario().now;
        var removal = new Removal("/r", false);
        assertThat(Lifecycle.step(before, new Input.Removed(removal), now)).isEqualTo(Transition.none(before, now));
    }

    @ParameterizedTest
    @MethodSource("statesWithRunOrBackoff")
    void stateWithRunIgnoresAnswersToAPendingRemoval(StateRow state) {
        var removal = new Removal("/r", false);
        ContainerState before = state.scenario().state.withIntent(Intent.NONE.withRemoval(removal));
        Instant now = state.scenario().now;
        assertThat(Lifecycle.step(before, new Input.Removed(removal), now)).isEqualTo(Transition.none(before, now));
    }
}
