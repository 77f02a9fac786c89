package io.hatchery.runner.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SupervisorCopiesTest {
    @TempDir
    private Path folder;

    private Path program;
    private Path units;

    @BeforeEach
    void makeFolders() throws IOException {
        program = folder.resolve("program");
        units = Files.createDirectories(folder.resolve("units"));
    }

    private SupervisorCopies install(String text) throws IOException {
        Files.writeString(program, "#!/bin/sh\n# " + text + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return new SupervisorCopies(folder.resolve("copies"), folder, program);
    }

    private void unitCalls(Path called) throws IOException {
        Files.writeString(units.resolve("container-web.service"), "ExecStopPost=\"" + called + "\" \"unit\"\n");
    }

    @Test
    void copyOfAnEarlierVersionStaysWhileAUnitRefersToIt() throws IOException {
        Path first = install("1").current();
        unitCalls(first);
        SupervisorCopies second = install("2");
        assertThat(second.current())
                .isNotEqualTo(first)
                .hasContent("#!/bin/sh\n# 2")
                .isExecutable();
        assertThat(first).hasContent("#!/bin/sh\n# 1");
        assertThat(second.unused(units)).isEmpty();
        unitCalls(second.current());
        assertThat(second.unused(units)).containsExactly(first);
    }

    @Test
    void scriptOfAnEarlierVersionStaysWhileAUnitRefersToIt() throws IOException {
        Path script = Files.createFile(folder.resolve("unit.pl"));
        unitCalls(script);
        SupervisorCopies copies = install("1");
        assertThat(copies.unused(units)).isEmpty();
        unitCalls(copies.current());
        assertThat(copies.unused(units)).containsExactly(script);
    }

    @Test
    void damagedCopyIsWrittenAgain() throws IOException {
        Path copy = install("1").current();
        Files.writeString(copy, "");
        assertThat(install("1").current()).isEqualTo(copy).hasContent("#!/bin/sh\n# 1");
    }

    @Test
    void currentCopyIsKeptWithoutUnits() throws IOException {
        assertThat(install("1").unused(folder.resolve("none"))).isEmpty();
    }

    @Test
    void programThatCannotBeExecutedIsRefused() throws IOException {
        assertThatThrownBy(() -> new SupervisorCopies(folder.resolve("copies"), folder, folder.resolve("missing")))
                .hasMessageContaining("there is no program " + folder.resolve("missing"));
        Files.writeString(program, "#!/nowhere\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThatThrownBy(() -> new SupervisorCopies(folder.resolve("copies"), folder, program))
                .hasMessageContaining("cannot execute")
                .hasMessageContaining("without noexec");
    }
}
