package io.hatchery.runner.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InotifyLimitTest {
    @Test
    void lowLimitIsExplainedWithTheNumberOfSystemsAndTheCommand() {
        assertThat(InotifyLimit.warning(128))
                .hasValueSatisfying(warning -> assertThat(warning)
                        .contains(
                                "128 inotify instances",
                                "about 21 containers",
                                "sysctl -w fs.inotify.max_user_instances="));
    }

    @Test
    void limitIsThatOfTheHost() throws Exception {
        Process cat = new ProcessBuilder("cat", "/proc/sys/fs/inotify/max_user_instances").start();
        try (var output = cat.inputReader()) {
            assertThat(InotifyLimit.limit()).isEqualTo(Integer.parseInt(output.readLine()));
        }
        assertThat(cat.waitFor()).isZero();
    }

    @Test
    void highLimitNeedsNoWarning() {
        assertThat(InotifyLimit.warning(524_288)).isEmpty();
    }
}
