package io.hatchery.acceptance.nix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.HostState;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.NixInstallation;
import io.hatchery.acceptance.fixture.Nixpkgs;
import io.hatchery.acceptance.fixture.ProcessResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** With {@code config.nix-user}, Nix evaluates as that user and uses its daemon. */
class NixUserTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SOCKET = Path.of("/nix/var/nix/daemon-socket/socket");

    private static Process daemon;
    private static Path folder;
    private static Installation installation;

    @BeforeAll
    static void up() throws Exception {
        var builder = new ProcessBuilder("nix-daemon")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("NIX_CONFIG", Nixpkgs.CONFIG);
        Files.deleteIfExists(SOCKET);
        daemon = builder.start();
        await().until(() -> Files.exists(SOCKET));
        folder = Files.createTempDirectory(
                "hatchery-nix-user-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Path nixpkgs = folder.resolve("nixpkgs");
        ProcessResult.toEnd(new ProcessBuilder("cp", "-r", Nixpkgs.tree().toString(), nixpkgs.toString()))
                .orFail();
        installation = Nixpkgs.installation();
        installation.environment().put("HATCHERY_CONFIG_NIXPKGS", nixpkgs.toString());
        installation.environment().put("HATCHERY_CONFIG_NIX_USER", "nobody");
        installation.environment().put("HATCHERY_CONFIG_FLAKE_PATHS", folder.toString());
        Installation.running(installation);
    }

    @AfterAll
    static void down() throws Exception {
        try {
            installation.close();
        } finally {
            daemon.destroy();
            daemon.waitFor();
            Files.deleteIfExists(SOCKET);
            HostState.delete(folder);
            Nixpkgs.cleanUp();
        }
    }

    private static Api.Answer put(String name, String option, String value) {
        ObjectNode options = JSON.createObjectNode()
                .put("root", installation.roots().resolve(name).toString())
                .put(option, value);
        return installation.api().put("/v1/containers/" + name + "?wait=2min", options.toString());
    }

    @Test
    void configurationIsEvaluatedAndBuilt() {
        Api.Answer built = put("t-user", "config", "{ environment.etc.x.text = \"built\"; }");
        assertThat(built.status()).as("%s", built.body()).isEqualTo(201);
        assertThat(Path.of(NixInstallation.systemOf(built.body()), "etc/x")).hasContent("built");
    }

    @Test
    void flakeOfUnreadableFilesIsRefused() throws IOException {
        Path flake = Files.createDirectories(folder.resolve("flake"));
        Files.writeString(flake.resolve("flake.nix"), "{ outputs = { self }: { }; }");
        Path secret = Files.writeString(flake.resolve("secret"), "for root alone");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        assertThat(NixInstallation.messages(put("t-user-flake", "flake", "path:" + flake)))
                .singleElement()
                .asString()
                .contains("Permission denied");
    }
}
