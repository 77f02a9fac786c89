package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.Tale.Wish;
import io.hatchery.spec.ContainerSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** An answer that the state of a container does not wait for changes nothing. */
class LateWordTest {
    private static final ContainerSpec SPEC = Wish.plain().spec();

    private static Tale preparing() {
        return new Tale().define(Wish.plain()).command(Verb.START, "start");
    }

    private static List<Input> answersOf(long run, Tale tale) {
        return List.of(
                new Input.Prepared(run),
                new Input.NotStarted(run, "late"),
                new Input.Spawned(run),
                new Input.LeaderKnown(run, 99),
                new Input.Ready(run),
                new Input.Exited(run, 1, tale.now),
                new Input.Reloaded(run, SPEC),
                new Input.NotReloaded(run, SPEC, "late"),
                new Input.CleanedUp(run),
                new Input.NotCleanedUp(run, "late"));
    }

    private static void assertIgnored(Tale tale, Input input) {
        Transition transition = Lifecycle.step(tale.state, input, tale.now.plusSeconds(1));
        assertThat(transition.effects()).as(input.toString()).isEmpty();
        assertThat(transition.state()).as(input.toString()).isEqualTo(tale.state);
    }

    @Test
    void answersThatBelongToAnotherStageOfTheRunAreIgnored() {
        Map<Tale, Set<Class<? extends Input>>> expected = Map.of(
                preparing(),
                Set.of(Input.Prepared.class, Input.NotStarted.class),
                Tale.starting(Wish.plain()),
                Set.of(
                        Input.NotStarted.class,
                        Input.Spawned.class,
                        Input.LeaderKnown.class,
                        Input.Ready.class,
                        Input.Exited.class),
                Tale.running(),
                Set.of(Input.LeaderKnown.class, Input.Exited.class, Input.Reloaded.class, Input.NotReloaded.class),
                Tale.running().command(Verb.STOP, "stop"),
                Set.of(Input.NotStarted.class, Input.LeaderKnown.class, Input.Exited.class),
                Tale.running().exited(0),
                Set.of(Input.CleanedUp.class, Input.NotCleanedUp.class));
        expected.forEach((tale, answers) -> answersOf(1, tale).stream()
                .filter(answer -> !answers.contains(answer.getClass()))
                .forEach(answer -> assertIgnored(tale, answer)));
    }

    @Test
    void answersOfAnotherRunAreIgnored() {
        var tales = new ArrayList<>(List.of(preparing(), Tale.starting(Wish.plain()), Tale.running()));
        tales.add(Tale.running().command(Verb.STOP, "stop"));
        tales.add(Tale.running().exited(0));
        for (Tale tale : tales) {
            answersOf(2, tale).forEach(answer -> assertIgnored(tale, answer));
            assertIgnored(tale, new Input.StopAskedOutside(2));
            assertIgnored(tale, new Input.NotFetched(2, SPEC, "late"));
        }
    }

    @Test
    void answersForAContainerWithoutARunAreIgnored() {
        for (Tale tale : List.of(
                new Tale(),
                new Tale().define(Wish.plain()),
                Tale.running().exited(1).cleanedUp())) {
            answersOf(tale.run(), tale).forEach(answer -> assertIgnored(tale, answer));
        }
    }

    @Test
    void nothingIsDueForAContainerThatWaitsForNothing() {
        for (Tale tale :
                List.of(new Tale(), preparing(), Tale.running(), Tale.running().exited(0))) {
            assertIgnored(tale, new Input.Due());
        }
    }
}
