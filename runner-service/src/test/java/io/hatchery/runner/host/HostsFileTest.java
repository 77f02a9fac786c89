package io.hatchery.runner.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.runner.lifecycle.SpecsOfTests;
import io.hatchery.spec.ContainerName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostsFileTest {
    @Test
    void hostsFileHasContainerAddressesAndKeepsOtherLines(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("hosts");
        Files.writeString(file, "127.0.0.1 localhost\n10.0.0.9 other.containers");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        var hosts = new HostsFile(file);
        String network = "{\"network\": {\"isPrivate\": true, \"addresses\": {\"local\": \"10.1.0.2/24\", \"local6\":"
                + " \"fd00::2\"}, \"extraVeths\": [], \"forwardPorts\": [], \"interfaces\": [], \"macvlans\": []}}";
        hosts.put(SpecsOfTests.with(network));
        hosts.put(SpecsOfTests.with(network));
        assertThat(file).hasContent("""
                127.0.0.1 localhost
                10.0.0.9 other.containers
                10.1.0.2 web.containers # by Hatchery
                fd00::2 web.containers # by Hatchery
                """);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r--r--");
        hosts.remove(new ContainerName("web"));
        assertThat(file).hasContent("127.0.0.1 localhost\n10.0.0.9 other.containers\n");
        assertThat(folder).isDirectoryContaining(path -> path.equals(file));
        try (var all = Files.list(folder)) {
            assertThat(all).hasSize(1);
        }
    }
}
