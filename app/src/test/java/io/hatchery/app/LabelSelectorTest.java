package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelSelectorTest {
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
                "empty=; true"
            })
    void allTermsMustHold(String selector, boolean matches) {
        ObjectNode container = Json.object();
        container
                .putObject("spec")
                .putObject("labels")
                .put("tier", "web")
                .put("zone", "north")
                .put("empty", "");
        assertThat(LabelSelector.parse(selector).matches(container)).isEqualTo(matches);
    }

    @Test
    void labelsOfTheDefinitionCountWhileThereIsNoSpec() {
        ObjectNode container = Json.object().putNull("spec");
        container.putObject("definition").putObject("labels").put("tier", "web");
        assertThat(LabelSelector.parse("tier=web").matches(container)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tier", "tier=web,", "=web", "tier>web", "tier=a=b", "tier!web"})
    void invalidComparisonIsRefused(String selector) {
        assertThatThrownBy(() -> LabelSelector.parse(selector))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("label=value");
    }
}
