package io.hatchery.runner.logs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void burstIsAdmittedAtOnceAndThenTheRate() {
        var bucket = new TokenBucket(new LogLimits(1_000, 100_000, false), 0);
        assertThat(bucket.available(0)).isEqualTo(100_000);
        bucket.take(100_000);
        assertThat(bucket.available(0)).isZero();
        assertThat(bucket.available(5 * SECOND)).isEqualTo(5_000);
        assertThat(bucket.available(Long.MAX_VALUE / 2)).isEqualTo(100_000);
    }

    @Test
    void smallStepsAddUp() {
        var bucket = new TokenBucket(new LogLimits(1_000, 100_000, false), 0);
        bucket.take(100_000);
        for (int i = 1; i <= 100_000; i++) {
            bucket.available(i * (SECOND / 100_000)); // a hundredth of a byte each
        }
        assertThat(bucket.available(SECOND)).isEqualTo(1_000);
    }

    @Test
    void whatWasTakenInAdvanceIsWaitedFor() {
        var bucket = new TokenBucket(new LogLimits(1_000, 100_000, false), 0);
        bucket.take(102_000);
        assertThat(bucket.available(SECOND)).isEqualTo(-1_000);
        assertThat(bucket.available(3 * SECOND)).isEqualTo(1_000);
    }
}
