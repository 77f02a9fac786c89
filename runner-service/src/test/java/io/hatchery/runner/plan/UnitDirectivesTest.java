package io.hatchery.runner.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.runner.lifecycle.SpecsOfTests;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.option.Option;
import io.hatchery.spec.option.OptionType;
import io.hatchery.spec.option.Options;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnitDirectivesTest {
    @Test
    void everyLimitBecomesADirective() {
        int without = UnitDirectives.of(SpecsOfTests.plain()).size();
        for (Option limit : limits()) {
            ContainerSpec spec = SpecsOfTests.with("{\"limits\": {\"" + limit.name() + "\": " + limit.example() + "}}");
            assertThat(UnitDirectives.of(spec)).as(limit.name()).hasSize(without + 1);
        }
    }

    private static List<Option> limits() {
        Option limits = Options.container().options().stream()
                .filter(option -> option.name().equals("limits"))
                .findFirst()
                .orElseThrow();
        return ((OptionType.Submodule) limits.type()).options();
    }
}
