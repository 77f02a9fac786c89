package io.hatchery.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WatermarkTest {
    @Test
    void neverPassesARecordThatIsNotDone() {
        for (int seed = 0; seed < 500; seed++) {
            var random = new Random(seed);
            var watermark = new Watermark();
            var offsets = new ArrayList<Long>();
            long next = random.nextInt(5);
            for (int i = 0; i < 20; i++) {
                offsets.add(next);
                watermark.begin(next);
                next += 1 + random.nextInt(3);
            }
            Collections.shuffle(offsets, random);
            while (!offsets.isEmpty()) {
                watermark.finish(offsets.removeLast());
                long lowest = offsets.stream().mapToLong(o -> o).min().orElse(next);
                watermark.toCommit().ifPresent(low -> {
                    assertThat(low).isLessThanOrEqualTo(lowest);
                    watermark.committed(low);
                });
            }
            assertThat(watermark.toCommit()).isEmpty();
            assertThat(watermark.open()).isZero();
        }
    }

    @Test
    void offsetIsBegunAndFinishedOnce() {
        var watermark = new Watermark();
        watermark.begin(3);
        watermark.finish(3);
        assertThatThrownBy(() -> watermark.finish(3)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> watermark.begin(3)).isInstanceOf(IllegalStateException.class);
    }
}
