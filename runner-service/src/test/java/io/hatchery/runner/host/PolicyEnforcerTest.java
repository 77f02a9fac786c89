package io.hatchery.runner.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.runner.lifecycle.SpecsOfTests;
import io.hatchery.spec.BindMount;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.policy.AllowedBind;
import io.hatchery.spec.policy.HostPolicy;
import io.hatchery.spec.policy.PolicyAllowancesBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Folders of the test belong to root only if it runs as root. */
@EnabledIfSystemProperty(named = "user.name", matches = "root")
class PolicyEnforcerTest {
    @TempDir
    Path folder;

    private Path roots;
    private Path data;
    private PolicyEnforcer enforcer;

    @BeforeEach
    void make() throws IOException {
        folder = folder.toRealPath();
        roots = Files.createDirectories(folder.resolve("roots"));
        data = Files.createDirectories(folder.resolve("data"));
        Files.createDirectories(roots.resolve("web"));
        enforcer = enforcer(folder.resolve("hatchery"));
    }

    private PolicyEnforcer enforcer(Path own) {
        var allow = PolicyAllowancesBuilder.builder()
                .rootPrefixes(List.of(roots.toString()))
                .binds(List.of(new AllowedBind(data.toString(), true)))
                .build();
        return new PolicyEnforcer(new ContainerPolicy(new HostPolicy(null, allow, null), null, List.of(own)));
    }

    private ContainerSpec spec(Path bound) {
        return SpecsOfTests.with("{}")
                .withRoot(roots.resolve("web").toString())
                .withBindMounts(List.of(new BindMount("/d", bound.toString(), false)));
    }

    private void assertRefused(ContainerSpec spec, String message) {
        assertThatThrownBy(() -> enforcer.allowed(spec))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(message);
    }

    @Test
    void allowedSpecHasUsersAndPathsWithoutLinks() throws IOException {
        Path real = Files.createDirectories(data.resolve("real"));
        Path link = Files.createSymbolicLink(data.resolve("link"), real);
        ContainerSpec allowed = enforcer.allowed(spec(link));
        assertThat(allowed.bindMounts().getFirst().hostPath()).isEqualTo(real.toString());
        assertThat(String.valueOf(allowed.confinement())).contains("privateUsers=pick");
    }

    @Test
    void linkOutOfTheAllowedFoldersIsRefused() throws IOException {
        assertRefused(spec(Files.createSymbolicLink(data.resolve("link"), Path.of("/etc"))), "it leads to /etc");
        assertRefused(spec(Files.createSymbolicLink(data.resolve("up"), folder)), "it leads to " + folder);
        assertRefused(spec(Files.createSymbolicLink(data.resolve("gone"), Path.of("/nowhere"))), "cannot be resolved");
    }

    @Test
    void folderThatOthersCanWriteIsRefusedOnTheWay() throws IOException {
        Path open = Files.createDirectories(data.resolve("open/inner")).getParent();
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertRefused(spec(open.resolve("inner")), "others than root can replace what is in " + open);
        assertThat(enforcer.allowed(spec(open)).bindMounts()).hasSize(1);
    }

    @Test
    void ownFoldersAndRootsOfContainersAreRefused() throws IOException {
        enforcer = enforcer(data.resolve("own"));
        assertRefused(spec(data), "it shows Hatchery's folder");
        ContainerSpec other = spec(data.resolve("shared")).withName(new ContainerName("other"));
        enforcer.note(enforcer.allowed(other));
        assertRefused(spec(data.resolve("shared/inner")), "container other can write in");
        enforcer.forget(other.name());
        assertThat(enforcer.allowed(spec(data.resolve("shared/inner"))).bindMounts())
                .hasSize(1);
    }

    @Test
    void routesOfTheHostAreReadWithTheirLengths() {
        assertThat(HostRoutes.route4("uplink\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0"))
                .contains("192.168.0.0/24");
        assertThat(HostRoutes.route4("Iface\tDestination")).isEmpty();
        assertThat(HostRoutes.route4("ve-web\t0200000A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0"))
                .isEmpty();
        assertThat(HostRoutes.route6("fd000000000000000000000000000000 40 00000000000000000000000000000000 00"
                        + " 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth9"))
                .contains("fd00:0:0:0:0:0:0:0/64");
        assertThat(HostRoutes.route6("fe800000000000000000000000000000 40 00000000000000000000000000000000 00"
                        + " 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth9"))
                .isEmpty();
        assertThat(HostRoutes.read()).allMatch(route -> route.contains("/"));
    }

    @Test
    void onlyListeningPortsCount() {
        Set<String> ports = new HashSet<>();
        String tail = " 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0";
        ListeningPorts.add("tcp", "0A", "   0: 0100007F:1F90 00000000:0000 0A" + tail, ports);
        ListeningPorts.add("tcp", "0A", "   1: 0100007F:1F91 0100007F:0050 01" + tail, ports);
        assertThat(ports).containsExactly("tcp:8080");
        assertThat(ListeningPorts.read().has("tcp", 0)).isFalse();
    }

    @Test
    void foldersOfARunStayRecordedWhenTheContainerIsDefinedAgain() throws IOException {
        ContainerSpec other = spec(data.resolve("mine"))
                .withName(new ContainerName("db"))
                .withRoot(roots.resolve("db").toString());
        Files.createDirectories(data.resolve("mine/theirs"));
        Files.createDirectories(roots.resolve("db"));
        enforcer.noteRun(other);
        enforcer.note(other.withBindMounts(List.of()));
        assertRefused(spec(data.resolve("mine/theirs")), "container db can write in");
        enforcer.forget(other.name());
        assertThat(enforcer.allowed(spec(data.resolve("mine/theirs")))).isNotNull();
    }

    @Test
    void ownFolderBehindALinkIsRefusedByItsRealPath() throws IOException {
        Path moved = Files.createDirectories(data.resolve("moved"));
        Path link = Files.createSymbolicLink(folder.resolve("own"), moved);
        enforcer = enforcer(link);
        assertRefused(spec(moved), "Hatchery's folder");
    }
}
