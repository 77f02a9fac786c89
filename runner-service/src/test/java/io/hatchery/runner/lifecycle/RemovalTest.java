package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.LifecycleScenario.SpecBuilder;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The removal of specs. */
class RemovalTest {
    private final Removal plain = new Removal("/r", false);

    @Test
    void secondRemovalWaitsForTheFirst() {
        LifecycleScenario scenario = new LifecycleScenario().define(SpecBuilder.plain());
        scenario.give(new Input.SpecRemoved(new CommandId("one"), null, null, false, null, scenario.now));
        assertThat(scenario.does(Effect.Remove.class)).isTrue();
        scenario.define(SpecBuilder.plain().generation(2));
        scenario.give(new Input.SpecRemoved(new CommandId("two"), null, null, false, null, scenario.now));
        assertThat(scenario.does(Effect.Remove.class)).isFalse();
        scenario.give(new Input.Removed(plain));
        assertThat(scenario.outcome("one").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(scenario.outcome("two").outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void purgeDuringRemovalIsAppliedAfterwards() {
        LifecycleScenario scenario = new LifecycleScenario().define(SpecBuilder.plain());
        scenario.give(new Input.SpecRemoved(new CommandId("one"), null, null, false, null, scenario.now));
        scenario.define(SpecBuilder.plain().generation(2));
        scenario.give(new Input.SpecRemoved(new CommandId("two"), null, null, true, null, scenario.now));
        scenario.give(new Input.Removed(plain));
        assertThat(scenario.does(Effect.Remove.class)).isTrue();
        assertThat(scenario.ended).isEmpty();
        scenario.give(new Input.Removed(new Removal("/r", true)));
        assertThat(scenario.ended).hasSize(2);
    }

    @Test
    void repeatedAnswerDoesNotAffectTheNextRun() {
        LifecycleScenario scenario = new LifecycleScenario().define(SpecBuilder.plain());
        scenario.give(new Input.SpecRemoved(new CommandId("one"), null, null, false, null, scenario.now));
        scenario.give(new Input.Removed(plain))
                .define(SpecBuilder.plain().generation(2))
                .command(Verb.START, "start");
        scenario.give(new Input.Removed(plain));
        assertThat(scenario.phase()).isEqualTo(Phase.PREPARING);
    }

    @Nested
    class UnknownContainer {
        @Test
        void completesAtOnce() {
            LifecycleScenario scenario = new LifecycleScenario().remove("rm", false);
            assertThat(scenario.outcome("rm").outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(scenario.outcome("rm").reason()).isEqualTo("the host had nothing of it");
            assertThat(scenario.does(Effect.Remove.class)).isFalse();
        }

        @Test
        void leavesCommandsForLaterGenerations() {
            LifecycleScenario scenario =
                    new LifecycleScenario().command(Verb.START, "start", 5).removeUpTo("rm", 3);
            assertThat(scenario.outcome("rm").outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(scenario.isPending("start")).isTrue();
        }

        @Test
        void removesTheRootThatTheDiskKnows() {
            LifecycleScenario scenario = new LifecycleScenario();
            scenario.give(new Input.SpecRemoved(new CommandId("rm"), "/left", null, true, null, scenario.now));
            assertThat(scenario.effects).contains(new Effect.Remove(LifecycleScenario.WEB, new Removal("/left", true)));
        }
    }

    @Nested
    class AndCommands {
        @Test
        void supersedesStartsThatHaveBegun() {
            LifecycleScenario scenario =
                    LifecycleScenario.starting(SpecBuilder.plain()).remove("rm", false);
            assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.SUPERSEDED);
            assertThat(scenario.state.intent().desiredRunning()).isFalse();
        }

        @Test
        void completesStopsThatHaveBegun() {
            LifecycleScenario scenario =
                    LifecycleScenario.running().command(Verb.STOP, "stop").remove("rm", false);
            assertThat(scenario.isPending("stop")).isTrue();
            scenario.exited(0).cleanedUp();
            assertThat(scenario.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(scenario.isPending("rm")).isTrue();
        }

        @Test
        void supersedesEveryWaitingOneWhereAllGenerationsAreTakenBack() {
            LifecycleScenario scenario =
                    LifecycleScenario.running().command(Verb.KILL, "kill", 9).remove("rm", false);
            assertThat(scenario.outcome("kill").outcome()).isEqualTo(Outcome.SUPERSEDED);
        }

        @Test
        void supersedesCommandsThatWaitForARevokedGeneration() {
            LifecycleScenario scenario =
                    LifecycleScenario.running().command(Verb.KILL, "two", 2).command(Verb.KILL, "three", 3);
            scenario.removeUpTo("rm", 2);
            assertThat(scenario.outcome("two").outcome()).isEqualTo(Outcome.SUPERSEDED);
            assertThat(scenario.isPending("three")).isTrue();
        }

        @Test
        void refusesThoseThatComeMeanwhile() {
            LifecycleScenario scenario =
                    new LifecycleScenario().define(SpecBuilder.plain()).remove("rm", false);
            scenario.define(SpecBuilder.plain().generation(2)).command(Verb.START, "start");
            assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.REJECTED);
            assertThat(scenario.does(Effect.Prepare.class)).isFalse();
        }

        @Test
        void beginsCommandsOfTheNextGenerationAfterwards() {
            LifecycleScenario scenario = new LifecycleScenario()
                    .define(SpecBuilder.plain())
                    .remove("rm", false)
                    .command(Verb.START, "start", 2);
            scenario.define(SpecBuilder.plain().generation(2));
            assertThat(scenario.effects).as("nothing beside the removal").isEmpty();
            scenario.removed(false);
            assertThat(scenario.outcome("rm").outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(scenario.effects)
                    .contains(
                            new Effect.Define(SpecBuilder.plain().generation(2).spec()))
                    .anyMatch(Effect.Prepare.class::isInstance);
            assertThat(scenario.isPending("start")).isTrue();
        }

        @Test
        void isKnownByItsIdOnce() {
            LifecycleScenario scenario =
                    LifecycleScenario.running().remove("rm", false).remove("rm", false);
            assertThat(scenario.effects).isEmpty();
            assertThat(scenario.state.operations()).hasSize(1);
        }
    }

    @Nested
    class SpecAfterRemoval {
        @Test
        void startsTheNextDefinitionThatHasAutoStart() {
            LifecycleScenario scenario =
                    new LifecycleScenario().define(SpecBuilder.plain()).remove("rm", false);
            scenario.define(SpecBuilder.plain().generation(2).autoStart(true));
            assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
            scenario.removed(false);
            assertThat(scenario.phase()).isEqualTo(Phase.PREPARING);
            assertThat(scenario.state.intent().desiredRunning()).isTrue();
        }

        @Test
        void keepsNothingOfThePast() {
            LifecycleScenario scenario = LifecycleScenario.running().exited(1).cleanedUp();
            scenario.after(Duration.ofMinutes(2)).give(new Input.LaunchFailed(scenario.run(), "no root"));
            scenario.cleanedUp().command(Verb.STOP, "stop").command(Verb.START, "start");
            scenario.give(new Input.LaunchFailed(scenario.run(), "no root")).cleanedUp();
            assertThat(scenario.phase()).isEqualTo(Phase.FAILED);
            scenario.remove("rm", false)
                    .define(SpecBuilder.plain().generation(2))
                    .removed(false);
            assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
            assertThat(scenario.state.history().exit()).isNull();
            assertThat(scenario.state.history().reason()).isNull();
        }

        @Test
        void countsRestartsAnew() {
            LifecycleScenario scenario =
                    LifecycleScenario.running().exited(1).cleanedUp().remove("rm", false);
            assertThat(scenario.state.history().restarts()).isEqualTo(1);
            scenario.removed(false);
            assertThat(scenario.state.history().restarts()).isZero();
            assertThat(scenario.state.isAbsent()).isTrue();
        }

        @Test
        void doesNotWantTheNextDefinitionToRunBecauseTheLastOneRan() {
            LifecycleScenario scenario =
                    LifecycleScenario.running().remove("rm", false).exited(0).cleanedUp();
            scenario.define(SpecBuilder.plain().generation(2)).removed(false);
            assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
            assertThat(scenario.state.intent().desiredRunning()).isFalse();
        }
    }

    @Nested
    class Another {
        @Test
        void withoutARootOfItsOwnAddsThePurge() {
            LifecycleScenario scenario =
                    LifecycleScenario.running().remove("one", false).remove("two", true);
            assertThat(scenario.state.removal()).isEqualTo(new Removal("/r", true));
        }

        @Test
        void removalOfAnotherRootReplacesRemovalWithoutPurge() {
            LifecycleScenario scenario = LifecycleScenario.running().remove("one", false);
            scenario.define(SpecBuilder.plain().generation(2).root("/s")).remove("two", true);
            assertThat(scenario.state.removal()).isEqualTo(new Removal("/s", true));
        }

        @Test
        void secondPurgeOfTheSameRootMerges() {
            LifecycleScenario scenario = LifecycleScenario.running().remove("one", true);
            scenario.define(SpecBuilder.plain().generation(2)).remove("two", true);
            assertThat(scenario.state.removal()).isEqualTo(new Removal("/r", true));
            assertThat(scenario.isPending("two")).isTrue();
        }

        @Test
        void removalThatKeepsAnotherRootLeavesThePurge() {
            LifecycleScenario scenario = LifecycleScenario.running().remove("one", true);
            scenario.define(SpecBuilder.plain().generation(2).root("/s")).remove("two", false);
            assertThat(scenario.state.removal()).isEqualTo(new Removal("/r", true));
            assertThat(scenario.isPending("two")).isTrue();
        }

        @Test
        void secondPurgeOfAnotherRootFails() {
            LifecycleScenario scenario = LifecycleScenario.running().remove("one", true);
            scenario.define(SpecBuilder.plain().generation(2).root("/s")).remove("two", true);
            assertThat(scenario.outcome("two").outcome()).isEqualTo(Outcome.FAILED);
            assertThat(scenario.outcome("two").reason()).contains("/s", "/r");
            assertThat(scenario.isPending("one")).isTrue();
        }
    }

    @Nested
    class Answered {
        @Test
        void byAFailureFails() {
            LifecycleScenario scenario = new LifecycleScenario()
                    .define(SpecBuilder.plain())
                    .remove("rm", false)
                    .command(Verb.START, "start", 2);
            scenario.give(new Input.RemovalFailed(plain, "it is busy"));
            assertThat(scenario.outcome("rm").outcome()).isEqualTo(Outcome.FAILED);
            assertThat(scenario.outcome("rm").reason()).isEqualTo("it is busy");
            assertThat(scenario.isPending("start")).isTrue();
        }

        @Test
        void twiceIsIgnored() {
            LifecycleScenario scenario = new LifecycleScenario()
                    .define(SpecBuilder.plain())
                    .remove("rm", false)
                    .removed(false);
            scenario.removed(false);
            assertThat(scenario.effects).isEmpty();
            assertThat(scenario.ended).hasSize(1);
        }

        @Test
        void beforeTheContainerHasEndedIsIgnored() {
            LifecycleScenario scenario =
                    LifecycleScenario.running().remove("rm", false).removed(false);
            assertThat(scenario.phase()).isEqualTo(Phase.STOPPING);
            assertThat(scenario.isPending("rm")).isTrue();
        }

        @Test
        void leavesCommandsForTheNextGenerationWaiting() {
            LifecycleScenario scenario = new LifecycleScenario()
                    .define(SpecBuilder.plain())
                    .remove("rm", false)
                    .command(Verb.START, "start", 2);
            scenario.removed(false);
            assertThat(scenario.isPending("start")).isTrue();
            assertThat(scenario.isPending("rm")).isFalse();
        }
    }

    @Nested
    class OvertakenByADefinition {
        @Test
        void isSuperseded() {
            LifecycleScenario scenario =
                    new LifecycleScenario().define(SpecBuilder.plain().generation(2));
            scenario.give(new Input.RemovalSuperseded(new CommandId("rm"), "anna", scenario.now));
            assertThat(scenario.outcome("rm").outcome()).isEqualTo(Outcome.SUPERSEDED);
            assertThat(scenario.outcome("rm").command()).isEqualTo(Verb.REMOVE);
            assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
        }

        @Test
        void goesOnIfItHasBegun() {
            LifecycleScenario scenario = LifecycleScenario.running().remove("rm", false);
            scenario.give(new Input.RemovalSuperseded(new CommandId("rm"), null, scenario.now));
            assertThat(scenario.isPending("rm")).isTrue();
            assertThat(scenario.ended).noneMatch(event -> event.id().value().equals("rm"));
            scenario.give(new Input.RemovalSuperseded(new CommandId("other"), null, scenario.now));
            assertThat(scenario.outcome("other").outcome()).isEqualTo(Outcome.SUPERSEDED);
        }
    }

    @Test
    void failedCleanUpIsFollowedByTheRemoval() {
        LifecycleScenario scenario =
                LifecycleScenario.running().remove("rm", false).exited(0);
        scenario.give(new Input.CleanUpFailed(1, "a mount is left"));
        assertThat(scenario.outcome("rm").outcome()).isEqualTo(Outcome.FAILED);
        assertThat(scenario.effects).contains(new Effect.Remove(LifecycleScenario.WEB, new Removal("/r", false)));
    }

    @Test
    void failedRemovalEndsTheContainer() {
        LifecycleScenario scenario =
                new LifecycleScenario().define(SpecBuilder.plain()).remove("rm", false);
        scenario.give(new Input.RemovalFailed(new Removal("/r", false), "a file is left"));
        assertThat(scenario.outcome("rm").reason()).isEqualTo("a file is left");
        assertThat(scenario.state.isAbsent()).isTrue();
    }
}
