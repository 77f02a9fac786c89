package io.hatchery.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.Offsets;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BoundedReplayTest {
    private static final Offsets NONE = new Offsets(new TreeMap<>());

    private final List<Promise<Offsets>> underWay = new ArrayList<>();
    private final BoundedReplay replay = new BoundedReplay(
            (from, to, onRecord) -> {
                underWay.add(Promise.promise());
                return underWay.getLast().future();
            },
            2);

    @Test
    void replaysBeyondTheLimitWaitAndReadInOrder() {
        var results = new ArrayList<Future<Offsets>>();
        for (int i = 0; i < 4; i++) {
            results.add(replay.read(NONE, NONE, record -> true));
        }
        assertThat(underWay).hasSize(2);
        assertThat(replay.pending()).isEqualTo(4);
        underWay.get(0).complete(NONE);
        underWay.get(1).fail("gone");
        assertThat(underWay).hasSize(4);
        assertThat(results.get(0).succeeded()).isTrue();
        assertThat(results.get(1).failed()).isTrue();
        underWay.get(2).complete(NONE);
        underWay.get(3).complete(NONE);
        assertThat(results).allMatch(Future::isComplete);
        assertThat(replay.pending()).isZero();
    }
}
