package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class DefinitionFilesTest {
    @Test
    void standardInputNamesItsContainers() throws IOException {
        List<DefinitionFiles.Named> read = read("containers:\n  web: {boot: true}\n  db: {boot: false}\n");
        assertThat(read).extracting(DefinitionFiles.Named::name).containsExactly("web", "db");
        assertThat(read.getFirst().options().path("boot").asBoolean()).isTrue();
        assertThat(read("{\"containers\": {\"web\": {\"boot\": true}}}")).hasSize(1);
    }

    @Test
    void standardInputWithoutNamesIsRefused() {
        assertThatThrownBy(() -> read("boot: true\n"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("containers: {<name>: {<options>}}");
        assertThatThrownBy(() -> read("")).isInstanceOf(UserError.class).hasMessageContaining("standard input");
        assertThatThrownBy(() -> read("containers: {web: 1}"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("containers.web is not an object");
    }

    private static List<DefinitionFiles.Named> read(String text) throws IOException {
        return DefinitionFiles.readInput(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
}
