package io.hatchery.runner.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.runner.process.ProcessRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code hatchery-supervisor supervise} with real programs in place of nspawn. */
class SuperviseTest {
    private static final int MOST_RESIDENT_KB = 1024;

    @TempDir
    private Path folder;

    private Path run(int number, String script) throws Exception {
        return run(number, folder.resolve("console"), "/bin/sh", "-c", script);
    }

    private Path run(int number, Path console, String... program) throws Exception {
        Path run = Files.createDirectory(folder.resolve("run" + number));
        begin(run, console, program);
        awaitEnd(run);
        return run;
    }

    private static void begin(Path run, Path console, String... program) throws IOException {
        var command = new ArrayList<>(List.of(BuiltSupervisor.PROGRAM.toString(), "supervise", run.toString()));
        command.addAll(List.of(console.toString(), "4096", "--", "--"));
        command.addAll(List.of(program));
        Process process = new ProcessBuilder(command).start();
        assertThat(process.onExit().orTimeout(20, TimeUnit.SECONDS).join().exitValue())
                .isZero();
    }

    /** The supervisor has the run's folder among its arguments, until it ends. */
    private static void awaitEnd(Path run) {
        String folder = run.toString();
        await().pollInterval(Duration.ofMillis(5))
                .until(() -> ProcessHandle.allProcesses()
                        .noneMatch(process -> process.info().arguments().stream()
                                .flatMap(Arrays::stream)
                                .anyMatch(folder::equals)));
    }

    @Test
    void exitStatusIsRecorded() throws Exception {
        assertThat(run(1, "exit 7").resolve("exit")).hasContent("7");
        assertThat(run(2, "kill -9 $$").resolve("exit")).hasContent("137");
    }

    @Test
    void consoleStaysInBounds() throws Exception {
        run(1, "i=0; while [ $i -lt 1000 ]; do echo line $i; i=$((i+1)); done");
        assertThat(Files.readString(folder.resolve("console"))).contains("line 999");
        assertThat(Files.size(folder.resolve("console")) + Files.size(folder.resolve("console.1")))
                .isLessThanOrEqualTo(4096);
    }

    @Test
    void onlyTheGroupOfItsOwnerReadsTheConsole() throws Exception {
        run(1, "i=0; while [ $i -lt 1000 ]; do echo line $i; i=$((i+1)); done");
        for (String name : List.of("console", "console.1")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
                    .isEqualTo("rw-r-----");
        }
    }

    @Test
    void consoleThatCannotBeKeptEndsNothing() throws Exception {
        Path nowhere = folder.resolve("missing/console");
        assertThat(run(1, nowhere, "/bin/sh", "-c", "echo said; exit 7").resolve("exit"))
                .hasContent("7");
    }

    @Test
    void runThatARunnerForbadeNeverBegins() throws Exception {
        Path run = Files.createDirectory(folder.resolve("run1"));
        Files.createSymbolicLink(run.resolve("claim"), Path.of("runner"));
        Path began = folder.resolve("began");
        begin(run, folder.resolve("console"), "/bin/touch", began.toString());
        awaitEnd(run);
        assertThat(began).doesNotExist();
        assertThat(run.resolve("supervisor")).doesNotExist();
    }

    @Test
    void controlCharactersOfTheLastOutputAreEscaped() throws Exception {
        Path run = run(
                1,
                "printf 'first\\nlast \\033]0;title\\007\\342\\200\\256 \\377\\n\\nContainer x failed with 1.\\n'; exit 1");
        assertThat(run.resolve("last-output")).hasContent("last \\x1b]0;title\\x07\\u202e ?");
    }

    @Test
    void programThatCannotBeRunIsNamedInTheLastOutput() throws Exception {
        Path run = run(1, folder.resolve("console"), "/nowhere/nspawn");
        assertThat(run.resolve("exit")).hasContent("125");
        assertThat(run.resolve("last-output")).content().contains("cannot run /nowhere/nspawn: No such file");
    }

    @Test
    void processThatOutlivesTheProgramAndHoldsItsOutputDelaysNothing() throws Exception {
        Path run = Files.createDirectory(folder.resolve("run1"));
        Path lived = folder.resolve("lived");
        begin(run, folder.resolve("console"), "/bin/sh", "-c", "sleep 300 & echo $! > " + lived + "; exit 3");
        await().untilAsserted(() -> assertThat(run.resolve("exit")).hasContent("3"));
        ProcessHandle.of(Long.parseLong(Files.readString(lived).strip()))
                .orElseThrow()
                .destroyForcibly();
    }

    @Test
    void supervisorIgnoresTerminationAndStaysUnderOneMegabyte() throws Exception {
        Path run = Files.createDirectory(folder.resolve("run1"));
        begin(run, folder.resolve("console"), "/bin/sh", "-c", "echo begun; kill -STOP $$; exit 4");
        await().until(() -> Files.exists(folder.resolve("console"))
                && Files.readString(folder.resolve("console")).contains("begun"));
        ProcessHandle supervisor = ProcessHandle.of(ProcessRef.parse(
                                Files.readString(run.resolve("supervisor")).strip())
                        .pid())
                .orElseThrow();
        long resident = Files.readAllLines(Path.of("/proc/" + supervisor.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
        assertThat(resident).isPositive().isLessThan(MOST_RESIDENT_KB);
        assertThat(supervisor.destroy()).isTrue();
        ProcessHandle program = supervisor.children().findFirst().orElseThrow();
        send("CONT", program);
        awaitEnd(run);
        assertThat(run.resolve("exit")).hasContent("4");
    }

    private static void send(String signal, ProcessHandle process) throws Exception {
        Process kill = new ProcessBuilder("/bin/kill", "-" + signal, Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    @Test
    void everyExitIsNoticed() throws Exception {
        for (int i = 0; i < 300; i++) {
            Path run = run(i, i % 2 == 0 ? ":" : "exec >/dev/null 2>&1; :");
            assertThat(run.resolve("exit")).hasContent("0");
        }
    }
}
