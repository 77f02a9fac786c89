package io.hatchery.runner.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.runner.lifecycle.SpecsOfTests;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostPolicyTest {
    private static ContainerSpec flagged(String flag) {
        return SpecsOfTests.with(
                "{\"confinement\": {\"privateUsers\": \"no\", \"additionalCapabilities\": [], \"enableTun\": false,"
                        + " \"allowedDevices\": [], \"extraFlags\": [\"" + flag + "\"]}}");
    }

    @Test
    void onlyFlagsThatTheHostAllowsAreTaken() {
        var policy = new HostPolicy(Set.of("--rlimit"), null, List.of());
        assertThatCode(() -> policy.check(flagged("--rlimit=RLIMIT_NOFILE=9"))).doesNotThrowAnyException();
        assertThatThrownBy(() -> policy.check(flagged("--bind=/:/host")))
                .hasMessage("extraFlags: this host does not allow --bind, only --rlimit; its key runner.extra-flags"
                        + " says which");
        assertThatCode(() -> HostPolicy.USUAL.check(flagged("--bind=/:/host"))).doesNotThrowAnyException();
    }

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
