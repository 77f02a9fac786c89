package io.hatchery.config.system;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;

/** References of flakes, and the files that name them. A reference that names a file is never taken for a remote one. */
class FlakeFuzzTest {
    @FuzzTest(maxDuration = "4s")
    void reference(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        FlakeReference reference = FlakeReference.ofText(text);
        if (reference instanceof FlakeReference.Remote && (text.startsWith("/") || text.startsWith("file:"))) {
            throw new AssertionError("a path of this host is taken for remote: " + text);
        }
        try {
            ObjectNode json = Json.readObject(input);
            for (FlakeInputs.FlakeInput found : FlakeInputs.of(json, json.path("lock"))) {
                FlakeReference _ = FlakeReference.of(found.reference());
            }
        } catch (UnreadableException e) {
            // It is refused.
        }
    }
}
