package io.hatchery.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CommandTopicsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
    private static final List<String> BOTH = List.of("a", "b");

    private final CommandTopics topics = new CommandTopics();
    private Instant now = NOW;

    private CommandTopics.FollowPlan look(List<String> wanted, Map<String, String> ids) {
        Set<String> due = topics.due(wanted, now);
        var found = new java.util.HashMap<>(ids);
        found.keySet().retainAll(due);
        CommandTopics.FollowPlan plan = topics.plan(wanted, due, found, now);
        topics.begun(plan.begin(), found, now);
        return plan;
    }

    @Test
    void missingTopicDelaysNoOtherAndIsLookedForAtLongerIntervals() {
        assertThat(look(BOTH, Map.of("a", "1"))).isEqualTo(new CommandTopics.FollowPlan(List.of("a"), List.of()));
        var waits = new java.util.ArrayList<Long>();
        for (int i = 0; i < 8; i++) {
            Instant before = now;
            while (topics.due(List.of("b"), now).isEmpty()) {
                now = now.plusMillis(500);
            }
            waits.add(Duration.between(before, now).toSeconds());
            look(List.of("b"), Map.of());
        }
        assertThat(waits).startsWith(1L, 2L, 4L).endsWith(30L, 30L).isSorted();
        now = now.plus(CommandTopics.LAST_RETRY);
        assertThat(look(List.of("b"), Map.of("b", "2")).begin()).containsExactly("b");
    }

    @Test
    void topicWithAnotherIdIsFollowedAnewAndADeletedOneLeft() {
        look(BOTH, Map.of("a", "1", "b", "2"));
        assertThat(topics.due(BOTH, now)).isEmpty();
        now = now.plus(CommandTopics.CHECK);
        assertThat(look(BOTH, Map.of("a", "other")))
                .isEqualTo(new CommandTopics.FollowPlan(List.of("a"), List.of("b")));
        assertThat(topics.size()).isEqualTo(1);
    }

    @Test
    void topicOfAHostThatIsNoMoreIsLeft() {
        look(BOTH, Map.of("a", "1", "b", "2"));
        assertThat(look(List.of("a"), Map.of()).end()).containsExactly("b");
        assertThat(topics.size()).isEqualTo(1);
    }

    @Test
    void topicThatCouldNotBeFollowedIsTriedAgain() {
        Set<String> due = topics.due(BOTH, now);
        topics.plan(BOTH, due, Map.of("a", "1", "b", "2"), now);
        topics.failed(BOTH, now);
        assertThat(topics.due(BOTH, now)).isEmpty();
        now = now.plus(CommandTopics.FIRST_RETRY);
        assertThat(topics.due(BOTH, now)).containsExactlyInAnyOrder("a", "b");
    }
}
