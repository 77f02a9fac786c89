package io.hatchery.spec.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code -Ddocs.write=true} writes the page anew. */
class PolicyPageTest {
    private static final Path PAGE = Path.of("../docs/reference/policy.md");

    @Test
    void policyPageMatchesTheRules() throws IOException {
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(PAGE, PolicyPage.markdown());
        }
        assertThat(PAGE).hasContent(PolicyPage.markdown());
    }
}
