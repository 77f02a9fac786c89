package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.app.ClientContexts.ClientContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientContextsTest {
    private static final ClientContext PROD = new ClientContext("https://10.0.0.1:8470", "secret", "pem");
    private static final ClientContext TEST = new ClientContext("http://127.0.0.1:8470", "other", null);

    @TempDir
    private Path folder;

    private ClientContexts contexts;

    @BeforeEach
    void open() {
        contexts = new ClientContexts(folder.resolve("hatchery/contexts.json"));
    }

    @Test
    void firstContextIsInUse() throws IOException {
        assertThat(contexts.current()).isEmpty();
        contexts.put("prod", PROD);
        contexts.put("test", TEST);
        assertThat(contexts.names()).containsExactly("prod", "test");
        assertThat(contexts.current()).contains("prod");
        assertThat(contexts.get("prod")).isEqualTo(PROD);
        assertThat(contexts.get("test")).isEqualTo(TEST);
    }

    @Test
    void contextInUseIsChosenAndLeft() throws IOException {
        contexts.put("prod", PROD);
        contexts.put("test", TEST);
        contexts.use("test");
        assertThat(contexts.current()).contains("test");
        contexts.use(null);
        assertThat(contexts.current()).isEmpty();
        assertThatThrownBy(() -> contexts.use("none")).hasMessageContaining("hatchery context add none URL");
    }

    @Test
    void removedContextIsNotInUse() throws IOException {
        contexts.put("prod", PROD);
        contexts.remove("prod");
        assertThat(contexts.names()).isEmpty();
        assertThat(contexts.current()).isEmpty();
        assertThat(Files.readString(contexts.file())).doesNotContain("secret");
        assertThatThrownBy(() -> contexts.remove("prod")).hasMessageContaining("no context prod");
    }

    @Test
    void fileWithTokensIsReadableByItsOwnerAlone() throws IOException {
        contexts.put("prod", PROD);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(contexts.file())))
                .isEqualTo("rw-------");
        Files.setPosixFilePermissions(contexts.file(), PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> contexts.get("prod")).hasMessageContaining("chmod 600");
    }

    @Test
    void fileThatCannotBeReadIsNamed() throws IOException {
        Files.createDirectories(contexts.file().getParent());
        Files.writeString(contexts.file(), "{");
        Files.setPosixFilePermissions(contexts.file(), PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(() -> contexts.names())
                .hasMessageContaining(contexts.file().toString());
    }
}
