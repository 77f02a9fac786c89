package io.hatchery.runner.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.spec.policy.HostPolicy;
import io.hatchery.spec.policy.PolicyLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The files belong to the user of the test. Only those of root are accepted. */
@EnabledIfSystemProperty(named = "user.name", matches = "root")
class PolicyFileTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = folder.toRealPath().resolve("policy.yaml");
        Files.writeString(file, "level: restricted\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    @Test
    void fileOfRootIsRead() throws IOException {
        assertThat(PolicyFile.read(file).level()).isEqualTo(PolicyLevel.RESTRICTED);
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        assertThat(PolicyFile.read(link).level()).isEqualTo(PolicyLevel.RESTRICTED);
    }

    @Test
    void fileThatOthersCanWriteIsRefused() throws IOException {
        for (String mode : new String[] {"rw-rw-r--", "rw-r--rw-"}) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            assertThatThrownBy(() -> PolicyFile.read(file)).hasMessageContaining("can be changed by others than root");
        }
    }

    @Test
    void fileOfAnotherUserIsRefused() throws IOException {
        Files.setAttribute(file, "unix:uid", 65534);
        assertThatThrownBy(() -> PolicyFile.read(file)).hasMessageContaining("chown root:root");
    }

    @Test
    void fileInAFolderOfOthersIsRefused() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> PolicyFile.read(file))
                .hasMessageContaining("can be replaced by others than root")
                .hasMessageContaining(folder.toRealPath().toString());
        // In a folder such as /tmp, only its owner replaces a file.
        Files.setAttribute(folder, "unix:mode", 01777);
        assertThat(PolicyFile.read(file).level()).isEqualTo(PolicyLevel.RESTRICTED);
    }

    @Test
    void wrongContentIsNamedWithItsLine() throws IOException {
        Files.writeString(file, "level: restricted\nalow: {}\n");
        assertThatThrownBy(() -> PolicyFile.read(file))
                .hasMessageContaining(file.toString())
                .hasMessageContaining("there is no key 'alow' (line 2)")
                .hasMessageContaining("allow, exceptions, level");
        Files.writeString(file, "#" + "x".repeat(HostPolicy.MOST_BYTES));
        assertThatThrownBy(() -> PolicyFile.read(file)).hasMessageContaining("at most");
    }

    @Test
    void missingFileIsAnError() {
        assertThatThrownBy(() -> PolicyFile.read(folder.resolve("none"))).isInstanceOf(NoSuchFileException.class);
    }
}
