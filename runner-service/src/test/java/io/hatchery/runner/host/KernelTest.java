package io.hatchery.runner.host;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.runner.lifecycle.SpecsOfTests;
import io.hatchery.spec.ContainerSpec;
import org.junit.jupiter.api.Test;

class KernelTest {
    private static final String OF_ITS_OWN =
            "\"network\": {\"isPrivate\": true, \"addresses\": {\"local\": \"10.1.0.2\"},"
                    + " \"extraVeths\": [], \"forwardPorts\": [], \"interfaces\": [], \"macvlans\": []}";

    private static ContainerSpec named(String name) {
        return SpecsOfTests.with("{\"name\": \"" + name + "\", " + OF_ITS_OWN + "}");
    }

    @Test
    void longInterfaceNameNeedsAlternativeNames() {
        assertThatThrownBy(() -> new Kernel("5.7.19-generic").check(named("twelve-chars")))
                .hasMessage(
                        "privateNetwork: this host's Linux 5.7.19-generic is older than 5.8, where the name of a container"
                                + " with interfaces has at most 11 characters: rename twelve-chars, or move it to another host");
        assertThatThrownBy(() -> new Kernel("4.19.0").check(named("twelve-chars")))
                .isNotNull();
        assertThatCode(() -> new Kernel("4.19.0").check(named("eleven-char"))).doesNotThrowAnyException();
        assertThatCode(() -> new Kernel("5.8.0").check(named("twelve-chars"))).doesNotThrowAnyException();
        assertThatCode(() -> new Kernel("6.1").check(named("twelve-chars"))).doesNotThrowAnyException();
        assertThatCode(() -> new Kernel("4.19.0").check(SpecsOfTests.with("{\"name\": \"twelve-chars\"}")))
                .doesNotThrowAnyException();
    }
}
