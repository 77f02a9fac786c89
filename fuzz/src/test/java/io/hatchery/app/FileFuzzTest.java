package io.hatchery.app;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Files of users, what Nix makes of fleet.nix, and the entries of an audit trail: each is refused with a message, or read. */
class FileFuzzTest {
    @FuzzTest(maxDuration = "4s")
    void file(byte[] input) throws IOException {
        try {
            DefinitionFiles.readInput(new ByteArrayInputStream(input));
        } catch (UserError e) {
            // It is refused.
        }
        try {
            ByteSize _ = ByteSize.parse(new String(input, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            // It is refused.
        }
        try {
            ObjectNode json = Json.readObject(input);
            var check = new AuditCheck();
            check.older(json);
            check.older(json);
            FleetNix.definitions(json, Path.of("/fleet/fleet.nix"), java.util.Map.of());
        } catch (UnreadableException | UserError e) {
            // It is refused.
        }
    }
}
