package io.hatchery.runner.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HostProcessesTest {
    private final HostProcesses processes = new HostProcesses();
    private final ProcessRef self = processes.of(ProcessHandle.current().pid()).orElseThrow();

    @Test
    void laterProcessWithTheSamePidIsNotAlive() {
        assertThat(processes.isAlive(self)).isTrue();
        assertThat(processes.isAlive(new ProcessRef(self.pid(), self.startTime() - 1)))
                .isFalse();
    }

    @Test
    void zombieIsNotAlive() throws Exception {
        Process process = new ProcessBuilder("/bin/sleep", "100").start();
        ProcessRef sleeping = processes.of(process.pid()).orElseThrow();
        assertThat(processes.isAlive(sleeping)).isTrue();
        process.destroyForcibly().waitFor();
        assertThat(processes.isAlive(sleeping)).isFalse();
    }

    @Test
    void processRefIsReadBackAndInvalidTextIsRefused() {
        assertThat(ProcessRef.parse(self.pid() + " " + self.startTime() + "\n")).isEqualTo(self);
        assertThatThrownBy(() -> ProcessRef.parse("4711")).hasMessageContaining("4711");
    }
}
