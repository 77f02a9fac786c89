package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.Tale.Wish;
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
}
