package io.hatchery.runner.nspawn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shim with real programs in place of nspawn. */
class ShimTest {
    @TempDir
    private Path folder;

    private Path shim;

    @BeforeEach
    void install() throws IOException {
        shim = folder.resolve("shim.pl");
        try (InputStream in = ShimTest.class.getResourceAsStream("shim.pl")) {
            Files.copy(in, shim);
        }
    }

    private Path run(int number, String script) throws Exception {
        return run(number, script, folder.resolve("console"));
    }

    private Path run(int number, String script, Path console) throws Exception {
        Path run = Files.createDirectory(folder.resolve("run" + number));
        var command = new ArrayList<>(List.of("/usr/bin/perl", shim.toString(), run.toString()));
        command.addAll(List.of(console.toString(), "4096", "--", "--", "/bin/sh", "-c", script));
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS))
                .as("run %s ends", number)
                .isTrue();
        return run;
    }

    @Test
    void itHoldsTheExitStatus() throws Exception {
        assertThat(run(1, "exit 7").resolve("exit")).hasContent("7");
        assertThat(run(2, "kill -9 $$").resolve("exit")).hasContent("137");
    }

    @Test
    void itKeepsTheConsoleInBounds() throws Exception {
        run(1, "i=0; while [ $i -lt 1000 ]; do echo line $i; i=$((i+1)); done");
        assertThat(Files.readString(folder.resolve("console"))).contains("line 999");
        assertThat(Files.size(folder.resolve("console")) + Files.size(folder.resolve("console.1")))
                .isLessThanOrEqualTo(4096);
    }

    @Test
    void theConsoleIsReadByNobodyButTheGroupOfItsOwner() throws Exception {
        run(1, "i=0; while [ $i -lt 1000 ]; do echo line $i; i=$((i+1)); done");
        for (String name : List.of("console", "console.1")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
                    .isEqualTo("rw-r-----");
        }
    }

    @Test
    void aConsoleThatCannotBeKeptEndsNothing() throws Exception {
        Path nowhere = folder.resolve("missing/console");
        assertThat(run(1, "echo said; exit 7", nowhere).resolve("exit")).hasContent("7");
    }

    @Test
    void aRunThatWasForbiddenNeverBegins() throws Exception {
        Path run = Files.createDirectory(folder.resolve("run1"));
        Files.createSymbolicLink(run.resolve("claim"), Path.of("runner"));
        Process process = new ProcessBuilder(
                        "/usr/bin/perl",
                        shim.toString(),
                        run.toString(),
                        folder.resolve("console").toString(),
                        "4096",
                        "--",
                        "--",
                        "/bin/touch",
                        folder.resolve("began").toString())
                .start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(folder.resolve("began")).doesNotExist();
    }

    /** A shim that waits for SIGCHLD with select sleeps through one in some thousand: an end is never missed. */
    @Test
    void anEndIsNoticedHoweverItFallsBetweenTwoOperations() throws Exception {
        for (int i = 0; i < 300; i++) {
            Path run = run(i, i % 2 == 0 ? ":" : "exec >/dev/null 2>&1; :");
            assertThat(run.resolve("exit")).hasContent("0");
        }
    }
}
