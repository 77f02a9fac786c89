package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.Tale.Wish;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A spec that is taken away, once or more often, alone or with others. */
class RemovalTest {
    private final ContainerState.Removal plain = new ContainerState.Removal("/r", false);

    @Test
    void aSecondOneIsNotBegunBesideTheFirst() {
        Tale tale = new Tale().define(Wish.plain());
        tale.give(new Input.SpecRemoved(new CommandId("one"), null, null, false, null, tale.now));
        assertThat(tale.does(Effect.Remove.class)).isTrue();
        tale.define(Wish.plain().generation(2));
        tale.give(new Input.SpecRemoved(new CommandId("two"), null, null, false, null, tale.now));
        assertThat(tale.does(Effect.Remove.class)).isFalse();
        tale.give(new Input.Removed(plain));
        assertThat(tale.outcome("one").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(tale.outcome("two").outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void oneThatAsksForMoreFollows() {
        Tale tale = new Tale().define(Wish.plain());
        tale.give(new Input.SpecRemoved(new CommandId("one"), null, null, false, null, tale.now));
        tale.define(Wish.plain().generation(2));
        tale.give(new Input.SpecRemoved(new CommandId("two"), null, null, true, null, tale.now));
        tale.give(new Input.Removed(plain));
        assertThat(tale.does(Effect.Remove.class)).isTrue();
        assertThat(tale.ended).isEmpty();
        tale.give(new Input.Removed(new ContainerState.Removal("/r", true)));
        assertThat(tale.ended).hasSize(2);
    }

    @Test
    void anAnswerThatComesTwiceDoesNotTouchTheNextRun() {
        Tale tale = new Tale().define(Wish.plain());
        tale.give(new Input.SpecRemoved(new CommandId("one"), null, null, false, null, tale.now));
        tale.give(new Input.Removed(plain)).define(Wish.plain().generation(2)).command(Verb.START, "start");
        tale.give(new Input.Removed(plain));
        assertThat(tale.phase()).isEqualTo(Phase.PREPARING);
    }

    @Nested
    class OfWhatTheHostDoesNotHave {
        @Test
        void completesAtOnce() {
            Tale tale = new Tale().remove("rm", false);
            assertThat(tale.outcome("rm").outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(tale.outcome("rm").reason()).isEqualTo("the host had nothing of it");
            assertThat(tale.does(Effect.Remove.class)).isFalse();
        }

        @Test
        void leavesCommandsForLaterGenerations() {
            Tale tale = new Tale().command(Verb.START, "start", 5).removeUpTo("rm", 3);
            assertThat(tale.outcome("rm").outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(tale.isPending("start")).isTrue();
        }

        @Test
        void removesTheRootThatTheDiskKnows() {
            Tale tale = new Tale();
            tale.give(new Input.SpecRemoved(new CommandId("rm"), "/left", null, true, null, tale.now));
            assertThat(tale.effects).contains(new Effect.Remove(Tale.WEB, new ContainerState.Removal("/left", true)));
        }
    }

    @Nested
    class AndCommands {
        @Test
        void supersedesStartsThatHaveBegun() {
            Tale tale = Tale.starting(Wish.plain()).remove("rm", false);
            assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.SUPERSEDED);
            assertThat(tale.state.wanted()).isFalse();
        }

        @Test
        void completesStopsThatHaveBegun() {
            Tale tale = Tale.running().command(Verb.STOP, "stop").remove("rm", false);
            assertThat(tale.isPending("stop")).isTrue();
            tale.exited(0).cleanedUp();
            assertThat(tale.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(tale.isPending("rm")).isTrue();
        }

        @Test
        void supersedesEveryWaitingOneWhereAllGenerationsAreTakenBack() {
            Tale tale = Tale.running().command(Verb.KILL, "kill", 9).remove("rm", false);
            assertThat(tale.outcome("kill").outcome()).isEqualTo(Outcome.SUPERSEDED);
        }

        @Test
        void supersedesWhatWaitsForAGenerationThatIsTakenBack() {
            Tale tale = Tale.running().command(Verb.KILL, "two", 2).command(Verb.KILL, "three", 3);
            tale.removeUpTo("rm", 2);
            assertThat(tale.outcome("two").outcome()).isEqualTo(Outcome.SUPERSEDED);
            assertThat(tale.isPending("three")).isTrue();
        }

        @Test
        void refusesThoseThatComeMeanwhile() {
            Tale tale = new Tale().define(Wish.plain()).remove("rm", false);
            tale.define(Wish.plain().generation(2)).command(Verb.START, "start");
            assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.REJECTED);
            assertThat(tale.does(Effect.Prepare.class)).isFalse();
        }

        @Test
        void beginsWhatWaitsForTheNextGenerationOnceItIsOver() {
            Tale tale = new Tale().define(Wish.plain()).remove("rm", false).command(Verb.START, "start", 2);
            tale.define(Wish.plain().generation(2));
            assertThat(tale.effects).as("nothing beside the removal").isEmpty();
            tale.removed(false);
            assertThat(tale.outcome("rm").outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(tale.effects)
                    .contains(new Effect.Define(Wish.plain().generation(2).spec()))
                    .anyMatch(Effect.Prepare.class::isInstance);
            assertThat(tale.isPending("start")).isTrue();
        }

        @Test
        void isKnownByItsIdOnce() {
            Tale tale = Tale.running().remove("rm", false).remove("rm", false);
            assertThat(tale.effects).isEmpty();
            assertThat(tale.state.jobs()).hasSize(1);
        }
    }

    @Nested
    class AndWhatComesAfter {
        @Test
        void startsTheNextDefinitionThatHasAutoStart() {
            Tale tale = new Tale().define(Wish.plain()).remove("rm", false);
            tale.define(Wish.plain().generation(2).autoStart(true));
            assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
            tale.removed(false);
            assertThat(tale.phase()).isEqualTo(Phase.PREPARING);
            assertThat(tale.state.wanted()).isTrue();
        }

        @Test
        void keepsNothingOfThePast() {
            Tale tale = Tale.running().exited(1).cleanedUp();
            tale.after(Duration.ofMinutes(2)).give(new Input.NotStarted(tale.run(), "no root"));
            tale.cleanedUp().command(Verb.STOP, "stop").command(Verb.START, "start");
            tale.give(new Input.NotStarted(tale.run(), "no root")).cleanedUp();
            assertThat(tale.phase()).isEqualTo(Phase.FAILED);
            tale.remove("rm", false).define(Wish.plain().generation(2)).removed(false);
            assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
            assertThat(tale.state.exit()).isNull();
            assertThat(tale.state.reason()).isNull();
        }

        @Test
        void countsRestartsAnew() {
            Tale tale = Tale.running().exited(1).cleanedUp().remove("rm", false);
            assertThat(tale.state.restarts()).isEqualTo(1);
            tale.removed(false);
            assertThat(tale.state.restarts()).isZero();
            assertThat(tale.state.isAbsent()).isTrue();
        }

        @Test
        void doesNotWantTheNextDefinitionToRunBecauseTheLastOneRan() {
            Tale tale = Tale.running().remove("rm", false).exited(0).cleanedUp();
            tale.define(Wish.plain().generation(2)).removed(false);
            assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
            assertThat(tale.state.wanted()).isFalse();
        }
    }

    @Nested
    class Another {
        @Test
        void withoutARootOfItsOwnAddsThePurge() {
            Tale tale = Tale.running().remove("one", false).remove("two", true);
            assertThat(tale.state.removal()).isEqualTo(new ContainerState.Removal("/r", true));
        }

        @Test
        void ofAnotherRootTakesThePlaceOfOneThatKeepsItsRoot() {
            Tale tale = Tale.running().remove("one", false);
            tale.define(Wish.plain().generation(2).root("/s")).remove("two", true);
            assertThat(tale.state.removal()).isEqualTo(new ContainerState.Removal("/s", true));
        }

        @Test
        void ofTheSameRootThatIsPurgedTooIsTheSame() {
            Tale tale = Tale.running().remove("one", true);
            tale.define(Wish.plain().generation(2)).remove("two", true);
            assertThat(tale.state.removal()).isEqualTo(new ContainerState.Removal("/r", true));
            assertThat(tale.isPending("two")).isTrue();
        }

        @Test
        void ofAnotherRootThatIsKeptLeavesThePurge() {
            Tale tale = Tale.running().remove("one", true);
            tale.define(Wish.plain().generation(2).root("/s")).remove("two", false);
            assertThat(tale.state.removal()).isEqualTo(new ContainerState.Removal("/r", true));
            assertThat(tale.isPending("two")).isTrue();
        }

        @Test
        void ofAnotherRootThatIsToBePurgedTooFails() {
            Tale tale = Tale.running().remove("one", true);
            tale.define(Wish.plain().generation(2).root("/s")).remove("two", true);
            assertThat(tale.outcome("two").outcome()).isEqualTo(Outcome.FAILED);
            assertThat(tale.outcome("two").reason()).contains("/s", "/r");
            assertThat(tale.isPending("one")).isTrue();
        }
    }

    @Nested
    class Answered {
        @Test
        void byAFailureFails() {
            Tale tale = new Tale().define(Wish.plain()).remove("rm", false).command(Verb.START, "start", 2);
            tale.give(new Input.NotRemoved(plain, "it is busy"));
            assertThat(tale.outcome("rm").outcome()).isEqualTo(Outcome.FAILED);
            assertThat(tale.outcome("rm").reason()).isEqualTo("it is busy");
            assertThat(tale.isPending("start")).isTrue();
        }

        @Test
        void twiceIsIgnored() {
            Tale tale = new Tale().define(Wish.plain()).remove("rm", false).removed(false);
            tale.removed(false);
            assertThat(tale.effects).isEmpty();
            assertThat(tale.ended).hasSize(1);
        }

        @Test
        void beforeTheContainerHasEndedIsIgnored() {
            Tale tale = Tale.running().remove("rm", false).removed(false);
            assertThat(tale.phase()).isEqualTo(Phase.STOPPING);
            assertThat(tale.isPending("rm")).isTrue();
        }

        @Test
        void leavesCommandsForTheNextGenerationWaiting() {
            Tale tale = new Tale().define(Wish.plain()).remove("rm", false).command(Verb.START, "start", 2);
            tale.removed(false);
            assertThat(tale.isPending("start")).isTrue();
            assertThat(tale.isPending("rm")).isFalse();
        }
    }

    @Nested
    class OvertakenByADefinition {
        @Test
        void isSuperseded() {
            Tale tale = new Tale().define(Wish.plain().generation(2));
            tale.give(new Input.RemovalOvertaken(new CommandId("rm"), "anna", tale.now));
            assertThat(tale.outcome("rm").outcome()).isEqualTo(Outcome.SUPERSEDED);
            assertThat(tale.outcome("rm").command()).isEqualTo(Verb.REMOVE);
            assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
        }

        @Test
        void goesOnIfItHasBegun() {
            Tale tale = Tale.running().remove("rm", false);
            tale.give(new Input.RemovalOvertaken(new CommandId("rm"), null, tale.now));
            assertThat(tale.isPending("rm")).isTrue();
            assertThat(tale.ended).noneMatch(event -> event.id().value().equals("rm"));
            tale.give(new Input.RemovalOvertaken(new CommandId("other"), null, tale.now));
            assertThat(tale.outcome("other").outcome()).isEqualTo(Outcome.SUPERSEDED);
        }
    }
}
