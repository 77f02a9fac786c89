package io.hatchery.nix;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Whatever Nix, or a builder behind it, prints is a line. */
class NixLineFuzzTest {
    @FuzzTest(maxDuration = "3s")
    void line(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        NixLine _ = NixLineReader.read(text);
        NixLine _ = NixLineReader.read("@nix " + text);
    }
}
