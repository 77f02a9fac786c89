package io.hatchery.runner.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.protocol.Exit;
import io.hatchery.spec.RestartPolicy;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UnitStateTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private static UnitState state(String active, String sub, String job) {
        return new UnitState(active, sub, "1", job, 5, 0);
    }

    @ParameterizedTest
    @CsvSource({
        "exited 0 success, 0, false",
        "exited 133 success, 133, false",
        "killed KILL timeout, 137, true",
        "killed TERM signal, 143, false",
        "dumped SEGV core-dump, 139, false",
        "- - exit-code, 255, false"
    })
    void anEndIsReadAsAShellCountsIt(String text, int status, boolean timedOut) {
        UnitState.UnitExit ended = UnitState.UnitExit.parse(text, NOW);
        assertThat(ended.exit()).isEqualTo(new Exit(status, NOW));
        assertThat(ended.timedOut()).isEqualTo(timedOut);
    }

    @Test
    void invalidExitIsRefused() {
        assertThatThrownBy(() -> UnitState.UnitExit.parse("exited", NOW)).hasMessageContaining("'exited'");
    }

    @ParameterizedTest
    @CsvSource({
        "inactive, dead, true, false",
        "failed, failed, true, false",
        "activating, auto-restart, true, false",
        "activating, start, false, true",
        "active, running, false, true",
        "deactivating, stop-sigterm, false, false"
    })
    void aUnitIsAtRestBegunOrOnItsWayOut(String active, String sub, boolean settled, boolean begun) {
        assertThat(state(active, sub, "").isSettled()).isEqualTo(settled);
        assertThat(state(active, sub, "").isBegun()).isEqualTo(begun);
    }

    @Test
    void onlyAJobThatStopsMeansThatSomeoneStopsIt() {
        assertThat(state("deactivating", "stop-sigterm", "stop").isBeingStopped())
                .isTrue();
        assertThat(state("deactivating", "stop-sigterm", "restart").isBeingStopped())
                .isTrue();
        assertThat(state("deactivating", "stop-post", "start").isBeingStopped()).isFalse();
        assertThat(state("deactivating", "stop-post", "").isBeingStopped()).isFalse();
    }

    @Test
    void unitThatIsNotRestartedDespiteItsPolicyWasStopped() {
        var failed = UnitState.UnitExit.parse("exited 1 exit-code", NOW);
        var well = UnitState.UnitExit.parse("exited 0 success", NOW);
        assertThat(state("failed", "failed", "").wasStopped(RestartPolicy.ON_FAILURE, failed))
                .isTrue();
        assertThat(state("activating", "auto-restart", "").wasStopped(RestartPolicy.ON_FAILURE, failed))
                .isFalse();
        assertThat(state("inactive", "dead", "").wasStopped(RestartPolicy.ON_FAILURE, well))
                .isFalse();
        assertThat(state("inactive", "dead", "").wasStopped(RestartPolicy.ALWAYS, well))
                .isTrue();
        assertThat(state("failed", "failed", "").wasStopped(RestartPolicy.NO, failed))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "killed KILL signal, true",
        "killed TERM success, true",
        "dumped SEGV core-dump, true",
        "killed KILL oom-kill, false",
        "killed KILL timeout, false",
        "exited 137 exit-code, false"
    })
    void aKillIsSomeonesUnlessItIsSystemdsOrTheKernels(String text, boolean killed) {
        assertThat(UnitState.UnitExit.parse(text, NOW).killed()).isEqualTo(killed);
    }
}
