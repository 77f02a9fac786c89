package io.hatchery.acceptance.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.ProcessResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of the scripts that {@code ./up} and {@code ./test} use. */
class ScriptsTest {
    private static final Path SCRIPTS = Installation.REPOSITORY.resolve("scripts");

    @TempDir
    Path folder;

    @Test
    void signalToScriptEndsItsCommand() throws Exception {
        Path pid = folder.resolve("pid");
        Path ended = folder.resolve("ended");
        Process script = bash(". " + SCRIPTS + "/attend.sh; attend bash -c 'trap \"echo done >" + ended
                        + "; exit 143\" TERM; echo $$ >" + pid + "; while :; do sleep 0.1; done'")
                .start();
        await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(pid) && Files.size(pid) > 0);
        script.destroy(); // SIGTERM
        assertThat(script.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(script.exitValue()).isEqualTo(143);
        assertThat(ended).as("the script has waited for the command").exists();
        assertThat(ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())))
                .isEmpty();
    }

    @Test
    void scriptReturnsExitCodeOfItsCommand() {
        assertThat(ProcessResult.toEnd(bash(". " + SCRIPTS + "/attend.sh; attend sh -c 'exit 7'"))
                        .code())
                .isEqualTo(7);
    }

    @Test
    void missingJdkPrintsInstallCommands() {
        ProcessResult ran = java("no", "(none)");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err())
                .contains("Hatchery needs a JDK of version 25")
                .contains("apt-get install -y temurin-25-jdk");
        assertThat(java("no", "25.0.1").err()).contains("  apt-get install -y openjdk-25-jdk-headless\n");
        assertThat(folder.resolve("apt.log")).doesNotExist();
    }

    @Test
    void jdkOfTheDistributionIsInstalledOnRequest() throws IOException {
        ProcessResult ran = java("yes", "25.0.1");
        assertThat(ran.orFail().out()).contains("JAVA_HOME=" + folder.resolve("jvm/installed"));
        assertThat(Files.readString(folder.resolve("apt.log"))).contains("install", "openjdk-25-jdk-headless");
        Files.delete(folder.resolve("apt.log"));
        assertThat(java("yes", "25.0.1").code()).as("found the second time").isZero();
        assertThat(folder.resolve("apt.log")).doesNotExist();
    }

    /** Runs java.sh on a machine without a JDK; a fake package manager logs its arguments. */
    private ProcessResult java(String install, String candidate) {
        Path tools = folder.resolve("tools");
        String jdk = folder.resolve("jvm/installed").toString();
        try {
            tool(tools, "apt-cache", "echo '  Candidate: " + candidate + "'");
            tool(
                    tools,
                    "apt-get",
                    "echo \"$*\" >>" + folder.resolve("apt.log") + "; case \"$*\" in *install*) mkdir -p " + jdk
                            + "/bin; echo 'JAVA_VERSION=\"25.0.1\"' >" + jdk + "/release; cp /bin/true " + jdk
                            + "/bin/javac;; esac");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        ProcessBuilder builder = bash("set -euo pipefail; jvm_folder=" + folder.resolve("jvm") + "; java_install="
                + install + "; . " + SCRIPTS + "/java.sh; echo JAVA_HOME=$JAVA_HOME");
        builder.environment().remove("JAVA_HOME");
        builder.environment().merge("PATH", tools.toString(), (path, first) -> first + ":" + path);
        return ProcessResult.toEnd(builder);
    }

    @Test
    void purgeOfThePackageLeavesNothing() throws IOException {
        assertThat(purge("")).isEmpty();
    }

    @Test
    void purgeOfThePackageKeepsTheProgramsOfRunningContainers() throws IOException {
        assertThat(purge("touch /run/systemd/system/container-web.service"))
                .containsExactly(
                        "/var/lib/hatchery",
                        "/var/lib/hatchery/runner",
                        "/var/lib/hatchery/runner/programs",
                        "/var/lib/hatchery/runner/programs/hatchery-supervisor-1");
    }

    /** The files of Hatchery that the package's script leaves; it runs in a mount namespace with folders of its own. */
    private List<String> purge(String before) throws IOException {
        Path tools = folder.resolve("tools");
        tool(tools, "systemctl", "exit 0");
        Path script = Installation.REPOSITORY.resolve("app/src/deb/control/postrm");
        return ProcessResult.toEnd(
                        new ProcessBuilder("unshare", "--mount", "bash", "-ec", """
                        mount -t tmpfs tmpfs /run
                        mount -t tmpfs tmpfs /var/lib
                        mount -t tmpfs tmpfs /var/cache
                        mkdir -p /etc/hatchery
                        mount -t tmpfs tmpfs /etc/hatchery
                        mkdir -p /run/systemd/system /var/lib/hatchery/runner/{programs,specs} /var/cache/hatchery
                        touch /var/lib/hatchery/runner/{programs/hatchery-supervisor-1,specs/web.json}
                        %s
                        umount /etc/hatchery
                        PATH=%s:$PATH sh %s purge
                        find /var/lib/hatchery /var/cache/hatchery 2>/dev/null | sort
                        """.formatted(before, tools, script)))
                .orFail()
                .out()
                .lines()
                .toList();
    }

    private static void tool(Path folder, String name, String script) throws IOException {
        Files.createDirectories(folder);
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + script + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private static ProcessBuilder bash(String script) {
        return new ProcessBuilder(List.of("bash", "-c", script));
    }
}
