package io.hatchery.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FleetTopicsCheckTest {
    private final FleetTopicsCheck check = new FleetTopicsCheck(new TreeMap<>(Map.of("a", "1", "b", "2")));

    @Test
    void topicThatWasCreatedAnewIsAFailureAtOnce() {
        assertThat(check.failure(Map.of("a", "1", "b", "2"))).isEmpty();
        assertThat(check.failure(Map.of("a", "1", "b", "3")))
                .hasValueSatisfying(reason -> assertThat(reason).contains("topic b"));
    }

    @Test
    void topicThatIsMissingIsAFailureWhenItStaysSo() {
        assertThat(check.failure(Map.of("a", "1"))).isEmpty();
        assertThat(check.failure(Map.of("a", "1", "b", "2"))).isEmpty();
        for (int i = 1; i < FleetTopicsCheck.MISSED; i++) {
            assertThat(check.failure(Map.of("a", "1"))).isEmpty();
        }
        assertThat(check.failure(Map.of("a", "1"))).isPresent();
    }
}
