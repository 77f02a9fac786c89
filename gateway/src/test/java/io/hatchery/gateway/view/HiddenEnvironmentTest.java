package io.hatchery.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HiddenEnvironmentTest {
    private static final String HIDDEN = "\"" + HiddenEnvironment.PLACEHOLDER + "\"";

    @Test
    void valuesAreHiddenAndNamesStay() {
        assertThat(HiddenEnvironment.inOptions("{\"boot\":true,\"environment\":{\"A\":\"secret\",\"B\":\"\"}}"))
                .isEqualTo("{\"boot\":true,\"environment\":{\"A\":" + HIDDEN + ",\"B\":" + HIDDEN + "}}");
    }

    @Test
    void wrappedValuesAreHiddenWhereverTheWrapperIs() {
        String hidden = "{\"A\":" + HIDDEN + "}";
        assertThat(HiddenEnvironment.inOptions("{\"environment\":{\"$force\":{\"A\":\"secret\"}}}"))
                .isEqualTo("{\"environment\":{\"$force\":" + hidden + "}}");
        assertThat(HiddenEnvironment.inOptions("{\"environment\":{\"A\":{\"$default\":\"secret\"}}}"))
                .isEqualTo("{\"environment\":{\"A\":{\"$default\":" + HIDDEN + "}}}");
        assertThat(HiddenEnvironment.inOptions("{\"$force\":{\"environment\":{\"A\":\"secret\"}}}"))
                .isEqualTo("{\"$force\":{\"environment\":" + hidden + "}}");
    }

    @Test
    void wrongFormsAreHiddenToo() {
        for (String wrong : new String[] {"\"A=secret\"", "[\"A=secret\"]", "{\"A\":[{\"b\":\"secret\"}]}", "7"}) {
            assertThat(HiddenEnvironment.inOptions("{\"environment\":" + wrong + "}"))
                    .contains(HiddenEnvironment.PLACEHOLDER)
                    .doesNotContain("secret", "7");
        }
    }

    @Test
    void containerShowsNoValueInDefinitionSpecAndErrors() {
        String container = "{\"name\":\"web\",\"definition\":{\"environment\":{\"A\":\"secret\"},\"root\":\"/r\"},"
                + "\"evaluation\":{\"state\":\"failed\",\"errors\":[{\"path\":\"containers.web.environment.A\","
                + "\"value\":\"\\\"secret\\\"\",\"origin\":\"profile base\",\"message\":\"conflicts with secret\","
                + "\"remedy\":\"give it in one place\"}]},"
                + "\"spec\":{\"environment\":{\"A\":\"secret\"}},\"status\":{\"phase\":\"running\"}}";
        assertThat(HiddenEnvironment.inContainer(container))
                .doesNotContain("secret")
                .contains(
                        "\"root\":\"/r\"",
                        "\"state\":\"failed\"",
                        "containers.web.environment.A",
                        "\"phase\":\"running\"");
    }

    @Test
    void whatHasNoEnvironmentStaysAsItIs() {
        String container = "{\"name\":\"web\",\"evaluation\":{\"state\":\"evaluated\",\"errors\":[]},"
                + "\"spec\":{\"root\":\"/r\"},\"status\":{\"phase\":\"absent\"}}";
        assertThat(HiddenEnvironment.inContainer(container)).isEqualTo(container);
    }
}
