package io.hatchery.spec.option;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code -Ddocs.write=true} writes the page anew. */
class OptionsPageTest {
    private static final Path PAGE = Path.of("../docs/reference/options.md");

    @Test
    void optionsPageMatchesTheDeclarations() throws IOException {
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(PAGE, OptionsPage.markdown());
        }
        assertThat(PAGE).hasContent(OptionsPage.markdown());
    }
}
