package io.hatchery.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpanTest {
    private static final long SEED = Long.getLong("seed", 1);
    private static final int RANDOM_SPANS = 2_000;

    @ParameterizedTest
    @CsvSource({
        "90, 1min 30s",
        "1min 30s, 1min 30s",
        "1.5h, 1h 30min",
        "2 h, 2h",
        "500ms, 500ms",
        "1h5m, 1h 5min",
        "infinity, infinity",
        "1M, 4w 2d 10h 33min 36s"
    })
    void readsWhatSystemdReads(String text, String canonical) {
        assertThat(Span.parse(text)).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-5", "5 parsecs", "soon", "1m!", "99999999999999999999y"})
    void invalidSpanIsRefused(String text) {
        assertThatThrownBy(() -> Span.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void longTextIsRefusedBeforeItIsRead() {
        assertThatThrownBy(() -> Span.parse("1 ".repeat(100_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 200");
    }

    @Test
    void canonicalTextIsReadAsTheSameSpan() {
        spans().forEach(micros -> {
            var span = new Span(micros);
            assertThat(Span.parse(span.toString()))
                    .as("a span of %d microseconds, of seed %d (again with -Dseed=%<d)", micros, SEED)
                    .isEqualTo(span);
        });
    }

    /** The edges of every unit, and random spans of every length: a plain random long is almost never short. */
    private static LongStream spans() {
        var random = new SplittableRandom(SEED);
        var edges = LongStream.of(1, 1_000, 1_000_000, 60_000_000, 3_600_000_000L, 86_400_000_000L, 604_800_000_000L)
                .flatMap(unit -> LongStream.of(unit - 1, unit, unit + 1));
        var randoms = LongStream.generate(() -> random.nextLong() >>> random.nextInt(1, Long.SIZE))
                .limit(RANDOM_SPANS);
        return LongStream.concat(LongStream.concat(edges, LongStream.of(Long.MAX_VALUE - 1, Long.MAX_VALUE)), randoms);
    }

    @Test
    void realTimeSignalsCountFromGlibcsMinimum() {
        assertThat(Signal.parse("SIGRTMIN+3").number()).isEqualTo(37);
        assertThat(Signal.parse("term").number()).isEqualTo(15);
        assertThat(Signal.parse("SIGRTMAX").number()).isEqualTo(64);
        assertThatThrownBy(() -> Signal.parse("SIGRTMIN+40")).hasMessageContaining("SIGRTMIN+n");
    }
}
