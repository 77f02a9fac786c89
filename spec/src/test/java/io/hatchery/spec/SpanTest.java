package io.hatchery.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpanTest {
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
    void refusesWhatIsNoSpan(String text) {
        assertThatThrownBy(() -> Span.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Property
    void canonicalTextIsReadAsTheSameSpan(@ForAll @LongRange(min = 0) long micros) {
        var span = new Span(micros);
        assertThat(Span.parse(span.toString())).isEqualTo(span);
    }

    @Test
    void realTimeSignalsCountFromGlibcsMinimum() {
        assertThat(Signal.parse("SIGRTMIN+3").number()).isEqualTo(37);
        assertThat(Signal.parse("term").number()).isEqualTo(15);
        assertThat(Signal.parse("SIGRTMAX").number()).isEqualTo(64);
        assertThatThrownBy(() -> Signal.parse("SIGRTMIN+40")).hasMessageContaining("SIGRTMIN+n");
    }
}
