package io.hatchery.runner.journal;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** A damaged file of a runner does not keep it from starting: it is set aside. */
class JournalFuzzTest {
    private static final List<String> FILES = List.of(
            "c/web/state.json",
            "outcomes.log",
            "commands-position.json",
            "specs-position.json",
            "specs/web.json",
            "specs/web.removal.json");

    /** The first byte chooses the file, and whether it has a checksum that fits. */
    @FuzzTest(maxDuration = "5s")
    void file(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        String file = FILES.get((input[0] & 0x7f) % FILES.size());
        byte[] content = Arrays.copyOfRange(input, 1, input.length);
        var disk = new MemoryDisk(file, input[0] < 0 ? Checksum.appended(content) : content);
        try {
            new JournalFiles(disk).readAll();
        } catch (IOException e) {
            if (!e.getMessage().contains("has format")) {
                throw e;
            }
        }
        Ledger.open(disk);
        Positions.open(disk);
        var cache = new SpecCache(disk);
        cache.specs();
        cache.removals();
    }
}
