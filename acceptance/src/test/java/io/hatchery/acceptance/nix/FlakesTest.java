package io.hatchery.acceptance.nix;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.acceptance.fixture.NixInstallation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Flakes read files of config-service's host only below {@code config.flake-paths}. */
@ExtendWith(NixInstallation.Shared.class)
class FlakesTest {
    private static final String SECRET = "what nobody may read";

    private static NixInstallation nix;
    private static Path secret;

    @BeforeAll
    static void up(NixInstallation shared) throws IOException {
        nix = shared;
        secret = Files.createDirectories(nix.installation().data().resolve("secret"));
        Files.writeString(secret.resolve("file"), SECRET);
        Files.writeString(secret.resolve("flake.nix"), "{ outputs = { self }: { }; }");
        Files.writeString(
                nix.registry(),
                "{\"version\":2,\"flakes\":[{\"from\":{\"type\":\"indirect\",\"id\":\"registered\"},\"to\":{\"type\":\"path\","
                        + "\"path\":\"" + secret + "\"}}]}");
        flake("inner-bad", "inputs.x = { url = \"path:" + secret + "\"; flake = false; };");
        flake("inner-good", "inputs.x.url = \"path:./part\";");
        Files.createDirectories(nix.flakes().resolve("inner-good/part"));
        Files.writeString(nix.flakes().resolve("inner-good/part/flake.nix"), "{ outputs = { self }: { }; }");
        Files.createSymbolicLink(nix.flakes().resolve("link"), secret);
    }

    @AfterEach
    void nothingOfTheSecretIsInTheStore() throws IOException {
        try (Stream<Path> files = Files.find(
                Path.of("/nix/store"),
                3,
                (path, attributes) -> attributes.isRegularFile() && attributes.size() < 100)) {
            for (Path file : files.toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as("%s", file)
                        .doesNotContain(SECRET);
            }
        }
    }

    private static Path flake(String name, String inputs) throws IOException {
        Path folder = Files.createDirectories(nix.flakes().resolve(name));
        String written = inputs.replace("SECRET", secret.toString())
                .replace("LISTED", nix.flakes().toString());
        Files.writeString(
                folder.resolve("flake.nix"),
                "{ " + written + " outputs = { self, ... }@inputs: { nixosConfigurations = inputs; }; }");
        return folder;
    }

    private static List<String> refusal(String reference) {
        return NixInstallation.messages(
                nix.put("t-flakes", nix.options("t-flakes").put("flake", reference)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "inputs.x.url = \"path:SECRET\";",
                "inputs.x = { url = \"path:SECRET\"; flake = false; };",
                "inputs.x = { type = \"path\"; path = \"SECRET\"; flake = false; };",
                "inputs.x = { url = \"file://SECRET/file\"; flake = false; };",
                "inputs.x = { url = \"file:SECRET/file\"; flake = false; };",
                "inputs.x = { url = \"tarball+file://SECRET/file\"; flake = false; };",
                "inputs.x = { url = \"git+file://SECRET\"; flake = false; };",
                "inputs.x = { type = \"git\"; url = \"file://SECRET\"; flake = false; };",
                "inputs.x.url = \"SECRET\";",
                "inputs.x.url = \"path:../../secret\";",
                "inputs.x.url = \"../../secret\";",
                "inputs.x.url = \"path:LISTED/../secret\";",
                "inputs.x.url = \"path:LISTED/link\";",
                "inputs.x.url = \"registered\";",
                "inputs.registered = { };",
                "inputs.y.url = \"path:LISTED/inner-good\"; inputs.y.inputs.x.url = \"path:SECRET\";",
                "inputs.y.url = \"path:LISTED/inner-bad\";",
                "inputs.y.url = \"path:LISTED/inner-bad\"; inputs.z.follows = \"y/x\";"
            })
    void inputThatLeadsToAPathThatIsNotListedIsRefused(String inputs) throws IOException {
        Path flake = flake("t-refused", inputs);
        assertThat(refusal("path:" + flake + "#web")).singleElement().asString().contains("config.flake-paths");
    }

    @Test
    void pathInputInALockFileIsRefused() throws IOException {
        Path flake = flake("t-locked", "inputs.x = { url = \"github:example/example\"; flake = false; };");
        Files.writeString(
                flake.resolve("flake.lock"),
                "{\"version\":7,\"root\":\"root\",\"nodes\":{\"root\":{\"inputs\":{\"x\":\"x\"}},\"x\":{\"flake\":false,"
                        + "\"locked\":{\"type\":\"path\",\"path\":\"" + secret + "\",\"lastModified\":1,\"narHash\":"
                        + "\"sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"},"
                        + "\"original\":{\"type\":\"github\",\"owner\":\"example\",\"repo\":\"example\"}}}}");
        assertThat(refusal("path:" + flake + "#web"))
                .singleElement()
                .asString()
                .contains("config.flake-paths", "flake.lock");
    }

    @Test
    void lockFileThatLinksOutOfTheFlakeIsRefused() throws IOException {
        Path flake = flake("t-link", "");
        Files.deleteIfExists(flake.resolve("flake.lock"));
        Files.createSymbolicLink(flake.resolve("flake.lock"), secret.resolve("file"));
        assertThat(refusal("path:" + flake))
                .singleElement()
                .asString()
                .contains("flake.lock is a link out of its folder");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "path:SECRET",
                "SECRET",
                "git+file://SECRET",
                "path:LISTED/link",
                "registered",
                "git+ext::sh",
                "-x"
            })
    void flakeThatIsAPathThatIsNotListedIsRefused(String reference) {
        String given = reference
                .replace("SECRET", secret.toString())
                .replace("LISTED", nix.flakes().toString());
        assertThat(refusal(given)).singleElement().asString().contains("config.flake-paths");
    }

    @Test
    void inputsBelowListedPathsAreRead() throws IOException {
        Path flake = flake("t-good", "inputs.y.url = \"path:LISTED/inner-good\";");
        assertThat(refusal("path:" + flake + "#web"))
                .as("it has no system, and that is found only after its inputs were read")
                .singleElement()
                .asString()
                .doesNotContain("config.flake-paths")
                .contains("does not provide attribute");
    }
}
