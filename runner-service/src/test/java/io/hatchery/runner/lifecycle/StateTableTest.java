package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.Payload;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The inputs that each lifecycle state answers. It ignores all others. */
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

    /** A state, with a run of the first spec while the host has a second one, and the inputs that it answers. */
    enum State {
        INACTIVE(new LifecycleScenario().give(new Input.SpecArrived(ONE)), Input.StartedExternally.class),
        BACKOFF(
                running().exited(1).cleanedUp(),
                Input.Due.class,
                Input.StartedExternally.class,
                Input.StopRequestedExternally.class),
        PREPARING(
                launched(),
                Input.FetchAttempted.class,
                Input.Prepared.class,
                Input.LaunchFailed.class,
                Input.Fetched.class,
                Input.FetchFailed.class),
        STARTING_NOT_SPAWNED(
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
        STARTING_SPAWNED(
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
        RUNNING(
                running(),
                Input.StopRequestedExternally.class,
                Input.FetchAttempted.class,
                Input.LeaderKnown.class,
                Input.Exited.class,
                Input.Reloaded.class,
                Input.ReloadFailed.class,
                Input.Fetched.class,
                Input.FetchFailed.class),
        STOPPING(
                running().command(Verb.RESTART, "restart"),
                Input.Due.class,
                Input.FetchAttempted.class,
                Input.NotSpawned.class,
                Input.LaunchFailed.class,
                Input.LeaderKnown.class,
                Input.Exited.class,
                Input.Fetched.class,
                Input.FetchFailed.class),
        CLEANING_UP(
                running().command(Verb.RESTART, "restart").exited(0),
                Input.FetchAttempted.class,
                Input.FetchFailed.class,
                Input.CleanedUp.class,
                Input.CleanUpFailed.class);

        final LifecycleScenario scenario;
        final Set<Class<?>> answered;

        State(LifecycleScenario scenario, Class<?>... answered) {
            this.scenario = scenario.give(new Input.SpecArrived(TWO));
            this.answered = Set.of(answered);
        }
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
    @EnumSource
    void stateAnswersItsInputsAndIgnoresAllOthers(State state) {
        ContainerState before = state.scenario.state;
        Instant later = state.scenario.now.plus(Duration.ofHours(1));
        List<Input> inputs = inputs(before.current().runs(), later);
        assertThat(inputs.stream().map(Object::getClass))
                .as("all inputs")
                .containsExactlyInAnyOrderElementsOf(Stream.of(Input.StateInput.class, Input.RunEvent.class)
                        .flatMap(type -> Arrays.stream(type.getPermittedSubclasses()))
                        .collect(Collectors.toList()));
        assertThat(inputs.stream()
                        .filter(input -> !Lifecycle.step(before, input, later).equals(Transition.none(before, later)))
                        .map(Object::getClass))
                .isEqualTo(inputs.stream()
                        .map(Object::getClass)
                        .filter(state.answered::contains)
                        .toList());
    }

    @ParameterizedTest
    @EnumSource
    void stateIgnoresAnswersToNoRemoval(State state) {
        ContainerState before = state.scenario.state;
        Instant now = state.scenario.now;
        var removal = new ContainerState.Removal("/r", false);
        assertThat(Lifecycle.step(before, new Input.Removed(removal), now)).isEqualTo(Transition.none(before, now));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "INACTIVE")
    void stateWithRunIgnoresAnswersToAPendingRemoval(State state) {
        var removal = new ContainerState.Removal("/r", false);
        ContainerState before = state.scenario.state.withIntent(Intent.NONE.withRemoval(removal));
        Instant now = state.scenario.now;
        assertThat(Lifecycle.step(before, new Input.Removed(removal), now)).isEqualTo(Transition.none(before, now));
    }
}
