package io.hatchery.runner.service;

import io.hatchery.runner.journal.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The identity of a runtime folder since its host's boot. A lock lets one process use it at a time, so a runner that finds the id of an
 * earlier runner in its folder is that runner's successor. A copy of the machine has another boot, or another folder.
 */
final class RuntimeFolderId {
    private static final String FILE = "folder-id";

    private RuntimeFolderId() {}

    /**
     * The id, which is made if need be.
     *
     * @param boot identifies the host's boot, since the folder may outlive it
     */
    static String of(Disk runtime, String boot) throws IOException {
        String noted = new String(runtime.read(FILE).orElse(new byte[0]), StandardCharsets.UTF_8);
        if (noted.startsWith(boot + "/")) {
            return noted;
        }
        String id = boot + "/" + UUID.randomUUID();
        runtime.replace(FILE, id.getBytes(StandardCharsets.UTF_8));
        return id;
    }
}
