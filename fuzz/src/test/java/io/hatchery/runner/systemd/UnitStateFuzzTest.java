package io.hatchery.runner.systemd;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.hatchery.runner.cgroup.CgroupLayout;
import io.hatchery.runner.process.ProcessRef;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** What the supervisor, journald and the kernel write: it is refused, or read. */
class UnitStateFuzzTest {
    @FuzzTest(maxDuration = "4s")
    void text(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        try {
            UnitState.UnitExit _ = UnitState.UnitExit.parse(text, Instant.EPOCH);
        } catch (IllegalArgumentException e) {
            // It is refused.
        }
        try {
            ProcessRef _ = ProcessRef.parse(text);
        } catch (IllegalArgumentException e) {
            // It is refused.
        }
        try {
            List<String> _ = JournalTail.messages(text.lines().toList(), "1234");
        } catch (UnreadableException e) {
            // It is refused.
        }
        try {
            CgroupLayout _ = CgroupLayout.of(text);
        } catch (IllegalArgumentException | IllegalStateException e) {
            // It is refused.
        }
    }
}
