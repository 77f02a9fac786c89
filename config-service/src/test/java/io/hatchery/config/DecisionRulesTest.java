package io.hatchery.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.config.system.Systems;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Evaluation.GivenSystem;
import io.hatchery.protocol.Evaluation.Leaving;
import io.hatchery.protocol.Evaluation.State;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.hatchery.spec.option.Problem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a decision keeps of the one before, and what it changes. */
class DecisionRulesTest {
    private static final ContainerName WEB = new ContainerName("web");
    private static final HostName H1 = new HostName("h1");
    private static final HostName H2 = new HostName("h2");
    private static final HostName H3 = new HostName("h3");
    private static final CommandId DELETION = new CommandId("deletion");
    private static final Systems.Progress READY = new Systems.Ready("/nix/store/a");
    private static final Systems.Progress BROKEN = new Systems.Failed(List.of(new Problem("p", null, "o", "m", "r")));

    private static ContainerDefinition definition(String yaml) {
        try {
            return new ContainerDefinition(Json.readYamlObject(yaml.getBytes(StandardCharsets.UTF_8)));
        } catch (UnreadableException e) {
            throw new AssertionError(e);
        }
    }

    private static Decision define(@Nullable Evaluation before, String yaml, long revision, Neighbours neighbours) {
        return Deciding.define(WEB, before, definition(yaml), revision, null, Map.of(), neighbours);
    }

    private static Decision expecting(@Nullable Evaluation before, long revision, long expected) {
        return Deciding.define(
                WEB, before, definition("{boot: true}"), revision, expected, Map.of(), TestNeighbours.choosing(H1));
    }

    private static Evaluation first() {
        return define(null, "{boot: true}", 5, TestNeighbours.choosing(H1)).evaluation();
    }

    private static Evaluation moving() {
        return define(first(), "{boot: true, host: h2}", 6, TestNeighbours.choosing(H1))
                .evaluation();
    }

    private static Evaluation deleted() {
        return Deciding.delete(WEB, first(), 6, null, DELETION).evaluation();
    }

    @Nested
    class ExpectedRevision {
        @Test
        void ofNoDefinitionIsRightForAContainerThatNeverWas() {
            Decision decision = expecting(null, 3, Deciding.NONE);
            assertThat(decision.evaluation().refusal()).isNull();
            assertThat(decision.published()).isNotNull();
        }

        @Test
        void ofNoDefinitionIsRightForADeletedContainer() {
            assertThat(expecting(deleted(), 7, Deciding.NONE).published()).isNotNull();
        }

        @Test
        void ofZeroIsTheFirstRevisionAndNotNone() {
            assertThat(expecting(null, 3, 0).evaluation().refusal()).contains("revision 0", "there is no definition");
            assertThat(Deciding.NONE).isEqualTo(-1);
        }

        @Test
        void ofADeletedDefinitionIsRefused() {
            Decision refused = expecting(deleted(), 7, 6);
            assertThat(refused.evaluation().refusal()).contains("there is no definition");
            assertThat(refused.evaluation().state()).isEqualTo(State.DELETED);
        }

        @Test
        void ofAContainerThatNeverWasLeavesNoRevision() {
            Evaluation refused = expecting(null, 3, 2).evaluation();
            assertThat(refused.state()).isEqualTo(State.DELETED);
            assertThat(refused.revision()).isEqualTo(Deciding.NONE);
            assertThat(refused.judged()).isEqualTo(3);
            assertThat(refused.generation()).isNull();
            assertThat(expecting(refused, 4, Deciding.NONE).published()).isNotNull();
        }

        @Test
        void thatIsWrongKeepsEverythingInForce() {
            Evaluation before = moving();
            Evaluation refused = expecting(before, 9, 5).evaluation();
            assertThat(refused)
                    .usingRecursiveComparison()
                    .ignoringFields("judged", "refusal")
                    .isEqualTo(before);
            assertThat(refused.judged()).isEqualTo(9);
            assertThat(refused.refusal()).contains("expects to replace revision 5", "revision 6 is in force");
        }
    }

    @Nested
    class Deletion {
        @Test
        void ofAContainerThatNeverWasRemovesNothing() {
            Decision decision = Deciding.delete(WEB, null, 3, null, DELETION);
            assertThat(decision.removal()).isNull();
            assertThat(decision.withdrawn()).isNull();
            assertThat(decision.evaluation().state()).isEqualTo(State.DELETED);
            assertThat(decision.evaluation().generation()).isNull();
            assertThat(decision.evaluation().leaving()).isNull();
        }

        @Test
        void ofAContainerWithoutSpecRemovesNothing() {
            Evaluation unplaced = define(null, "{boot: true}", 3, TestNeighbours.choosing(null))
                    .evaluation();
            assertThat(Deciding.delete(WEB, unplaced, 4, null, DELETION).removal())
                    .isNull();
        }

        @Test
        void removesItFromItsHost() {
            Decision decision = Deciding.delete(WEB, first(), 6, null, DELETION);
            assertThat(decision.removal())
                    .extracting(Leaving::host, Leaving::operation)
                    .containsExactly(H1, DELETION);
            assertThat(decision.withdrawn()).isNull();
            assertThat(decision.evaluation().leaving()).isEqualTo(decision.removal());
            assertThat(decision.evaluation().revision()).isEqualTo(6);
            assertThat(decision.evaluation().definition()).isNull();
            assertThat(decision.evaluation().generation()).isEqualTo(Generation.FIRST);
        }

        @Test
        void whileItMovesRemovesItFromTheOldHostAndWithdrawsItFromTheNew() {
            Evaluation moving = moving();
            Decision decision = Deciding.delete(WEB, moving, 7, null, DELETION);
            assertThat(decision.removal())
                    .extracting(Leaving::host, Leaving::operation)
                    .containsExactly(H1, DELETION);
            assertThat(decision.withdrawn()).isEqualTo(moving.spec());
        }

        @Test
        void ofADeletedContainerKeepsTheRemovalUnderWay() {
            Evaluation deleted = deleted();
            Decision decision = Deciding.delete(WEB, deleted, 7, null, new CommandId("second"));
            assertThat(decision.removal()).isNull();
            assertThat(decision.evaluation().leaving()).isEqualTo(deleted.leaving());
        }
    }

    @Nested
    class Release {
        @Test
        void ofADeletedContainerLeavesItDeleted() {
            Decision decision = Deciding.release(deleted());
            assertThat(decision.evaluation().state()).isEqualTo(State.DELETED);
            assertThat(decision.evaluation().leaving()).isNull();
            assertThat(decision.published()).isNull();
        }

        @Test
        void keepsAllElse() {
            Evaluation before = moving();
            assertThat(Deciding.release(before).evaluation())
                    .usingRecursiveComparison()
                    .ignoringFields("state", "leaving")
                    .isEqualTo(before);
        }

        @Test
        void ofAContainerWhoseDefinitionFailedMeanwhileLeavesItFailed() {
            Evaluation failed = define(moving(), "{boot: 7}", 7, TestNeighbours.choosing(H1))
                    .evaluation();
            assertThat(Deciding.release(failed).evaluation().state()).isEqualTo(State.FAILED);
            assertThat(Deciding.release(failed).evaluation().errors()).isEqualTo(failed.errors());
        }
    }

    @Nested
    class Placing {
        @Test
        void namedHostComesBeforeAllElse() {
            Decision decision = define(null, "{boot: true, host: h3}", 1, TestNeighbours.choosing(H1));
            assertThat(decision.published().host()).isEqualTo(H3);
        }

        @Test
        void sameRevisionStaysWhereItIs() {
            Decision again = Deciding.again(
                    first(), definition("{boot: true, stopTimeout: 7}"), Map.of(), TestNeighbours.choosing(H2));
            assertThat(again.published().host()).isEqualTo(H1);
        }

        @Test
        void newRevisionGoesWhereItIsPlaced() {
            Decision moved = define(first(), "{boot: true}", 6, TestNeighbours.choosing(H2));
            assertThat(moved.evaluation().spec().host()).isEqualTo(H2);
            assertThat(moved.evaluation().state()).isEqualTo(State.MOVING);
            assertThat(moved.removal())
                    .extracting(Leaving::host, Leaving::operation)
                    .containsExactly(H1, new CommandId("moved/web/2"));
            assertThat(moved.withdrawn()).isNull();
        }

        @Test
        void containerWithoutHostNamesTheLabelsThatNoHostHas() {
            Evaluation unplaced = define(
                            null, "{boot: true, requires: {zone: north}}", 1, TestNeighbours.choosing(null))
                    .evaluation();
            assertThat(unplaced.state()).isEqualTo(State.UNPLACED);
            assertThat(unplaced.errors())
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.inWords())
                            .contains("containers.web.requires", "north", "no host that is ready has these labels"));
        }

        @Test
        void containerWithoutHostAndLabelsHasNoError() {
            Evaluation unplaced = define(null, "{boot: true}", 1, TestNeighbours.choosing(null))
                    .evaluation();
            assertThat(unplaced.errors()).isEmpty();
            assertThat(unplaced.definition()).isNotNull();
        }

        @Test
        void unplacedContainerStillWaitsForItsOldHost() {
            Evaluation unplaced = define(deleted(), "{boot: true}", 7, TestNeighbours.choosing(null))
                    .evaluation();
            assertThat(unplaced.leaving())
                    .extracting(Leaving::host, Leaving::operation)
                    .containsExactly(H1, DELETION);
            assertThat(unplaced.generation()).isEqualTo(Generation.FIRST);
        }

        @Test
        void moveToAThirdHostWithdrawsTheSecond() {
            Evaluation moving = moving();
            Decision third = define(moving, "{boot: true, host: h3}", 7, TestNeighbours.choosing(H1));
            assertThat(third.withdrawn()).isEqualTo(moving.spec());
            assertThat(third.evaluation().leaving()).isEqualTo(moving.leaving());
        }

        @Test
        void changeWhileItMovesWithdrawsNothing() {
            Decision changed =
                    define(moving(), "{boot: true, host: h2, stopTimeout: 7}", 7, TestNeighbours.choosing(H1));
            assertThat(changed.withdrawn()).isNull();
            assertThat(changed.published()).isNull();
            assertThat(changed.evaluation().state()).isEqualTo(State.MOVING);
        }

        @Test
        void changeThatIsNoneWhileItMovesPublishesNothing() {
            Decision same = define(moving(), "{boot: true, host: h2}", 7, TestNeighbours.choosing(H1));
            assertThat(same.published()).isNull();
            assertThat(same.evaluation().generation()).isEqualTo(new Generation(2));
        }
    }

    @Nested
    class Ports {
        private static final String FORWARDS = "{boot: true, privateNetwork: true, forwardPorts: [{hostPort: 80}]}";

        private static Evaluation api() {
            return Deciding.define(
                            new ContainerName("api"),
                            null,
                            definition(FORWARDS),
                            1,
                            null,
                            Map.of(),
                            TestNeighbours.choosing(H1))
                    .evaluation();
        }

        @Test
        void thatClashKeepTheLastSpecInForce() {
            Evaluation before = first();
            Decision clashing = define(before, FORWARDS, 6, TestNeighbours.beside(H1, api()));
            assertThat(clashing.published()).isNull();
            assertThat(clashing.evaluation().state()).isEqualTo(State.FAILED);
            assertThat(clashing.evaluation().spec()).isEqualTo(before.spec());
            assertThat(clashing.evaluation().generation()).isEqualTo(before.generation());
        }
    }

    @Nested
    class Changes {
        @Test
        void firstSpecChangesNothing() {
            assertThat(first().change()).isNull();
        }

        @Test
        void changeIsAgainstTheSpecBefore() {
            Evaluation changed = define(
                            first(), "{boot: true, tmpfs: [/x], stopTimeout: 7}", 6, TestNeighbours.choosing(H1))
                    .evaluation();
            assertThat(changed.change().restart()).containsExactly("tmpfs");
            assertThat(changed.change().live()).containsExactly("stopTimeout");
        }

        @Test
        void changeOnTheSameHostRemovesNothing() {
            Decision changed = define(first(), "{boot: true, tmpfs: [/x]}", 6, TestNeighbours.choosing(H1));
            assertThat(changed.published()).isNotNull();
            assertThat(changed.removal()).isNull();
            assertThat(changed.withdrawn()).isNull();
        }

        @Test
        void changeStaysUntilTheNext() {
            Evaluation changed = define(first(), "{boot: true, stopTimeout: 7}", 6, TestNeighbours.choosing(H1))
                    .evaluation();
            Evaluation same = define(changed, "{boot: true, stopTimeout: 7}", 7, TestNeighbours.choosing(H1))
                    .evaluation();
            assertThat(same.change()).isEqualTo(changed.change());
            Evaluation failed =
                    define(changed, "{boot: 7}", 8, TestNeighbours.choosing(H1)).evaluation();
            assertThat(failed.change()).isEqualTo(changed.change());
        }

        @Test
        void failedFirstDefinitionHasNothingInForce() {
            Evaluation failed =
                    define(null, "{boot: 7}", 1, TestNeighbours.choosing(H1)).evaluation();
            assertThat(failed.spec()).isNull();
            assertThat(failed.generation()).isNull();
            assertThat(failed.systems()).isEmpty();
            assertThat(failed.built()).isNull();
        }
    }

    @Nested
    class SystemOf {
        private static Evaluation built(
                @Nullable Evaluation before, String yaml, long revision, Systems.Progress system) {
            return define(before, yaml, revision, TestNeighbours.building(H1, system))
                    .evaluation();
        }

        @Test
        void firstRevisionIsRememberedWithItsTime() {
            Evaluation evaluation = built(null, "{config: a}", 4, READY);
            assertThat(evaluation.systems())
                    .containsExactly(new GivenSystem(Generation.FIRST, "/nix/store/a", 4, TestNeighbours.NOW, null));
            assertThat(evaluation.built().path()).isEqualTo("/nix/store/a");
        }

        @Test
        void specThatKeepsItIsNotRememberedAgain() {
            Evaluation first = built(null, "{config: a}", 4, READY);
            Evaluation second = built(first, "{config: a, stopTimeout: 7}", 5, READY);
            assertThat(second.generation()).isEqualTo(new Generation(2));
            assertThat(second.systems()).isEqualTo(first.systems());
        }

        @Test
        void containerWithoutOneIsNotRemembered() {
            assertThat(first().systems()).isEmpty();
            assertThat(first().built()).isNull();
        }

        @Test
        void sourceThatFailedIsNotBuiltAgainForTheSameRevision() {
            Evaluation failed = built(null, "{config: a}", 4, BROKEN);
            assertThat(failed.state()).isEqualTo(State.FAILED);
            Decision again =
                    Deciding.again(failed, definition("{config: a}"), Map.of(), TestNeighbours.building(H1, READY));
            assertThat(again.evaluation()).isEqualTo(failed);
        }

        @Test
        void sourceThatFailedIsBuiltAgainForANewRevision() {
            Evaluation failed = built(null, "{config: a}", 4, BROKEN);
            assertThat(built(failed, "{config: a}", 5, READY).state()).isEqualTo(State.EVALUATED);
        }

        @Test
        void profileThatChangesTheSourceIsBuiltForTheSameRevision() {
            var base = new ProfileName("base");
            ContainerDefinition own = definition("{profiles: [base]}");
            Evaluation before = Deciding.define(
                            WEB,
                            null,
                            own,
                            4,
                            null,
                            Map.of(base, definition("{config: a}")),
                            TestNeighbours.building(H1, READY))
                    .evaluation();
            Evaluation after = Deciding.again(
                            before,
                            own,
                            Map.of(base, definition("{config: b}")),
                            TestNeighbours.building(H1, new Systems.Ready("/nix/store/b")))
                    .evaluation();
            assertThat(after.built().path()).isEqualTo("/nix/store/b");
        }

        @Test
        void brokenDefinitionKeepsWhatWasBuilt() {
            Evaluation first = built(null, "{config: a}", 4, READY);
            Evaluation broken = built(first, "{boot: 7}", 5, READY);
            assertThat(broken.built()).isEqualTo(first.built());
            assertThat(broken.systems()).isEqualTo(first.systems());
        }

        @Test
        void deletedContainerIsForgotten() {
            Evaluation first = built(null, "{config: a}", 4, READY);
            assertThat(Deciding.delete(WEB, first, 5, null, DELETION)
                            .evaluation()
                            .systems())
                    .isEmpty();
        }
    }
}
