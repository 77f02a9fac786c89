package io.hatchery.runner.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class DiskContentsTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String after(long seed, DiskContents contents) {
        contents.losePower(new SplittableRandom(seed));
        byte[] left = contents.read("f");
        return left == null ? "none" : new String(left, StandardCharsets.UTF_8);
    }

    @Test
    void powerLossTearsUnsyncedWrites() {
        var seen = new TreeSet<String>();
        for (long seed = 0; seed < 200; seed++) {
            var contents = new DiskContents();
            contents.replace("f", bytes("a"));
            contents.append("f", bytes("bc"));
            seen.add(after(seed, contents));
        }
        assertThat(seen).containsExactly("a", "ab", "abc");
    }

    @Test
    void syncedWritesSurvivePowerLoss() {
        for (long seed = 0; seed < 200; seed++) {
            var contents = new DiskContents();
            contents.append("f", bytes("abc"));
            contents.sync("f", bytes("abc"));
            assertThat(after(seed, contents)).isEqualTo("abc");
        }
    }

    @Test
    void syncOfAReplacedFileHasNoEffect() {
        for (long seed = 0; seed < 200; seed++) {
            var contents = new DiskContents();
            contents.append("f", bytes("ab"));
            contents.replace("f", bytes("c"));
            contents.sync("f", bytes("ab"));
            assertThat(after(seed, contents)).isEqualTo("c");
        }
    }

    @Test
    void unsyncedDeletionMayBeUndoneByPowerLoss() {
        var seen = new TreeSet<String>();
        for (long seed = 0; seed < 200; seed++) {
            var contents = new DiskContents();
            contents.replace("f", bytes("a"));
            contents.delete("f", false);
            seen.add(after(seed, contents));
            var durably = new DiskContents();
            durably.replace("f", bytes("a"));
            durably.delete("f", true);
            assertThat(after(seed, durably)).isEqualTo("none");
        }
        assertThat(seen).containsExactly("a", "none");
    }

    @Test
    void orderlyRebootLosesNothing() {
        for (long seed = 0; seed < 200; seed++) {
            var contents = new DiskContents();
            contents.append("f", bytes("a"));
            contents.sync();
            assertThat(after(seed, contents)).isEqualTo("a");
        }
    }
}
