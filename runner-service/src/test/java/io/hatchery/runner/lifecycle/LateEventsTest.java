package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.LifecycleScenario.SpecBuilder;
import io.hatchery.spec.ContainerSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** An answer that the state of a container does not wait for changes nothing. */
class LateEventsTest {
    private static final ContainerSpec SPEC = SpecBuilder.plain().spec();

    private static LifecycleScenario preparing() {
        return new LifecycleScenario().define(SpecBuilder.plain()).command(Verb.START, "start");
    }

    private static List<Input> answersOf(long run, LifecycleScenario scenario) {
        return List.of(
                new Input.Prepared(run),
                new Input.LaunchFailed(run, "late"),
                new Input.Spawned(run),
                new Input.LeaderKnown(run, 99),
                new Input.Ready(run),
                new Input.Exited(run, 1, scenario.now),
                new Input.Reloaded(run, SPEC),
                new Input.ReloadFailed(run, SPEC, "late"),
                new Input.CleanedUp(run),
                new Input.CleanUpFailed(run, "late"));
    }

    private static void assertIgnored(LifecycleScenario scenario, Input input) {
        Transition transition = Lifecycle.step(scenario.state, input, scenario.now.plusSeconds(1));
        assertThat(transition.effects()).as(input.toString()).isEmpty();
        assertThat(transition.state()).as(input.toString()).isEqualTo(scenario.state);
    }

    @Test
    void eventsOfAnotherPhaseAreIgnored() {
        Map<LifecycleScenario, Set<Class<? extends Input>>> expected = Map.of(
                preparing(),
                Set.of(Input.Prepared.class, Input.LaunchFailed.class),
                LifecycleScenario.starting(SpecBuilder.plain()),
                Set.of(
                        Input.LaunchFailed.class,
                        Input.Spawned.class,
                        Input.LeaderKnown.class,
                        Input.Ready.class,
                        Input.Exited.class),
                LifecycleScenario.running(),
                Set.of(Input.LeaderKnown.class, Input.Exited.class, Input.Reloaded.class, Input.ReloadFailed.class),
                LifecycleScenario.running().command(Verb.STOP, "stop"),
                Set.of(Input.LaunchFailed.class, Input.LeaderKnown.class, Input.Exited.class),
                LifecycleScenario.running().exited(0),
                Set.of(Input.CleanedUp.class, Input.CleanUpFailed.class));
        expected.forEach((scenario, answers) -> answersOf(1, scenario).stream()
                .filter(answer -> !answers.contains(answer.getClass()))
                .forEach(answer -> assertIgnored(scenario, answer)));
    }

    @Test
    void eventsOfAnotherRunAreIgnored() {
        var tales = new ArrayList<>(
                List.of(preparing(), LifecycleScenario.starting(SpecBuilder.plain()), LifecycleScenario.running()));
        tales.add(LifecycleScenario.running().command(Verb.STOP, "stop"));
        tales.add(LifecycleScenario.running().exited(0));
        for (LifecycleScenario scenario : tales) {
            answersOf(2, scenario).forEach(answer -> assertIgnored(scenario, answer));
            assertIgnored(scenario, new Input.StopRequestedExternally(2));
            assertIgnored(scenario, new Input.FetchFailed(2, SPEC, "late"));
        }
    }

    @Test
    void eventsOfContainerWithoutRunAreIgnored() {
        for (LifecycleScenario scenario : List.of(
                new LifecycleScenario(),
                new LifecycleScenario().define(SpecBuilder.plain()),
                LifecycleScenario.running().exited(1).cleanedUp())) {
            answersOf(scenario.run(), scenario).forEach(answer -> assertIgnored(scenario, answer));
        }
    }

    @Test
    void inactiveContainerHasNothingDue() {
        for (LifecycleScenario scenario : List.of(
                new LifecycleScenario(),
                preparing(),
                LifecycleScenario.running(),
                LifecycleScenario.running().exited(0))) {
            assertIgnored(scenario, new Input.Due());
        }
    }
}
