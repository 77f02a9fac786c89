package io.hatchery.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code -Ddocs.write=true} writes the page. */
class ProblemsPageTest {
    private static final Path PAGE = Path.of("..", "docs", "reference", "problems.md");

    @Test
    void pageHasASectionForEveryProblemTypeAsTheCodeHasIt() throws IOException {
        if (Boolean.getBoolean("docs.write")) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, ProblemType.page());
        }
        assertThat(PAGE).hasContent(ProblemType.page());
    }

    @Test
    void everyTypeHasAnAddressOfItsOwn() {
        for (ProblemType type : ProblemType.values()) {
            assertThat(type.uri()).matches("/problems/[a-z-]+");
            assertThat(ProblemType.of(type.slug())).contains(type);
            assertThat(type.section()).contains("## " + type.slug(), type.title());
        }
    }
}
