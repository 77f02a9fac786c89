package io.hatchery.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelSelectorTest {
    private static final Map<String, String> LABELS = Map.of("tier", "web", "zone", "north", "empty", "");

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "tier=web; true",
                "tier==web; true",
                "tier=db; false",
                "tier=web,zone=north; true",
                "tier=web,zone!=north; false",
                "tier=web , zone != south; true",
                "rack!=r1; true",
                "rack=; false",
                "empty=; true",
                "tier; true",
                "rack; false",
                "!rack; true",
                "! tier; false",
                "zone in (north,south); true",
                "zone in ( south ); false",
                "zone notin (south, east); true",
                "rack notin (r1); true",
                "tier=web,zone in (a,north),!rack; true",
                "''; true"
            })
    void allRequirementsMustHold(String selector, boolean matches) {
        LabelSelector parsed = LabelSelector.parse(selector);
        assertThat(parsed.matches(LABELS)).isEqualTo(matches);
        assertThat(LabelSelector.parse(parsed.toString())).isEqualTo(parsed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tier=web,",
                "=web",
                "tier>web",
                "tier=a=b",
                "tier!web",
                "zone in",
                "zone in (a",
                "zone in a",
                "a b",
                "-x"
            })
    void partThatIsNoRequirementIsRefusedWithAnExample(String selector) {
        assertThatThrownBy(() -> LabelSelector.parse(selector))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tier=web,env!=dev");
    }

    @Test
    void requirementsAndValuesAreBounded() {
        assertThatThrownBy(() -> LabelSelector.parse("a=b,".repeat(LabelSelector.MAX_REQUIREMENTS) + "c"))
                .hasMessageContaining("at most 20");
        assertThatThrownBy(() -> LabelSelector.parse("a in (" + "v,".repeat(LabelSelector.MAX_VALUES) + "w)"))
                .hasMessageContaining("at most 100");
    }
}
