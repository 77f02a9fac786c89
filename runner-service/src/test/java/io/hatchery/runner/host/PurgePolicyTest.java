package io.hatchery.runner.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.runner.lifecycle.SpecsOfTests;
import io.hatchery.spec.policy.HostPolicy;
import io.hatchery.spec.policy.PolicyAllowancesBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a purge deletes, on real folders. */
class PurgePolicyTest {
    @TempDir
    private Path folder;

    private Path prefix;
    private Path elsewhere;
    private HostRoots roots;

    @BeforeEach
    void make() throws IOException {
        folder = folder.toRealPath();
        prefix = Files.createDirectories(folder.resolve("containers"));
        elsewhere = Files.createDirectories(folder.resolve("elsewhere/home"));
        Files.writeString(elsewhere.resolve("precious"), "x");
        var prefixes = PolicyAllowancesBuilder.builder()
                .rootPrefixes(
                        List.of(prefix.toString(), folder.resolve("missing").toString()))
                .build();
        var policy = new ContainerPolicy(new HostPolicy(null, prefixes, null), null, List.of());
        roots = new HostRoots(
                new ContainerFolders(Path.of("/run/none"), folder.resolve("console"), 4096),
                folder.resolve("notes"),
                policy,
                new HostPlans(false, false, new PolicyEnforcer(policy), SupervisorProgram.installed()));
    }

    private void assertNotPurged(Path root) {
        assertThatThrownBy(() -> roots.purge(root.toString()))
                .hasMessageContaining("is not purged")
                .hasMessageContaining("allow.rootPrefixes");
        assertThat(elsewhere.resolve("precious")).exists();
    }

    @Test
    void rootBelowAPrefixIsPurged() throws IOException {
        Path root = Files.createDirectories(prefix.resolve("web/etc")).getParent();
        roots.purge(root.toString());
        assertThat(root).doesNotExist();
    }

    @Test
    void rootOutsideThePrefixesIsNotPurged() {
        assertNotPurged(elsewhere);
    }

    @Test
    void prefixAndItsSiblingsAreNotPurged() throws IOException {
        assertNotPurged(prefix);
        assertNotPurged(Files.createDirectories(folder.resolve("containers-of-mine/x")));
    }

    @Test
    void symbolicLinkBelowAPrefixIsNotFollowed() throws IOException {
        Files.createSymbolicLink(prefix.resolve("link"), elsewhere.getParent());
        assertNotPurged(prefix.resolve("link/home"));
    }

    @Test
    void createdRootIsPurgedAnywhere() throws IOException {
        Path made = folder.resolve("elsewhere/made");
        roots.check(
                SpecsOfTests.with(
                        "{\"payload\": {\"type\": \"path\", \"path\": \"/nix/store/x\"}, \"root\": \"" + made + "\"}"),
                path -> false);
        Files.createDirectories(made.resolve("etc"));
        roots.purge(made.toString());
        assertThat(made).doesNotExist();
        // Somebody else makes a folder of that name.
        Files.createDirectories(made);
        assertNotPurged(made);
    }

    @Test
    void existingRootIsNotRecordedAsCreated() throws IOException {
        var created = new CreatedRootRegistry(folder.resolve("notes"));
        created.note(elsewhere);
        assertThat(created.contains(elsewhere)).isFalse();
        assertNotPurged(elsewhere);
    }

    @Test
    void missingRootNeedsNoPurge() {
        assertThatCode(() -> roots.purge(folder.resolve("elsewhere/gone").toString()))
                .doesNotThrowAnyException();
    }

    @Test
    void registryOfCreatedRootsIsPrivate() throws IOException {
        Path notes = folder.resolve("notes");
        new CreatedRootRegistry(notes).note(folder.resolve("elsewhere/new"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(notes)))
                .isEqualTo("rwx------");
        try (var files = Files.list(notes)) {
            assertThat(files.toList())
                    .hasSize(1)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }
}
