package io.hatchery.acceptance.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.acceptance.fixture.FleetHost;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.Roots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Containers with users, and commands in them. */
record SessionHost(Installation installation) {
    Path idle(String name, String options) throws IOException {
        Path root = Roots.busybox(installation.roots().resolve(name));
        Files.createDirectories(root.resolve("home/ann"));
        Files.writeString(
                root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1001:Ann:/home/ann:/bin/sh\n");
        Files.writeString(root.resolve("etc/group"), "root:x:0:\nann:x:1001:\nstaff:x:50:ann\n");
        installation
                .api()
                .define(
                        name,
                        "{\"root\": \"" + root + "\", " + FleetHost.IDLE + (options.isEmpty() ? "" : ", " + options)
                                + "}");
        command("start", name);
        return root;
    }

    void command(String verb, String name) {
        assertThat(installation.api().command(verb, name).path("outcome").asText())
                .isEqualTo("completed");
    }

    ProcessResult exec(String... arguments) {
        var all = new ArrayList<>(List.of("exec"));
        all.addAll(List.of(arguments));
        return installation.hatchery(all.toArray(String[]::new));
    }

    /** Begins a command of the launcher. */
    Process begin(String... arguments) throws IOException {
        return installation.launcher(arguments).start();
    }
}
