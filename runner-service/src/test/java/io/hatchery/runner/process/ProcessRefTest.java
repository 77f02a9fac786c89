package io.hatchery.runner.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ProcessRefTest {
    private final ProcessRef self = ProcessRef.of(ProcessHandle.current().pid()).orElseThrow();

    @Test
    void aLaterProcessWithTheSamePidIsAnother() {
        assertThat(self.isAlive()).isTrue();
        assertThat(new ProcessRef(self.pid(), self.startTime() - 1).isAlive()).isFalse();
    }

    @Test
    void whoHasEndedIsNotAliveAlsoBeforeAnyoneWaitedForIt() throws Exception {
        Process process = new ProcessBuilder("/bin/sleep", "100").start();
        ProcessRef sleeping = ProcessRef.of(process.pid()).orElseThrow();
        assertThat(sleeping.isAlive()).isTrue();
        process.destroyForcibly().waitFor();
        assertThat(sleeping.isAlive()).isFalse();
    }

    @Test
    void whatIsWrittenIsReadAndRubbishIsRefused() {
        assertThat(ProcessRef.parse(self.pid() + " " + self.startTime() + "\n")).isEqualTo(self);
        assertThatThrownBy(() -> ProcessRef.parse("4711")).hasMessageContaining("4711");
    }
}
