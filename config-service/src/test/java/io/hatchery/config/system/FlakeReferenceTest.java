package io.hatchery.config.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.spec.json.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlakeReferenceTest {
    @ParameterizedTest
    @CsvSource({
        "path:/etc, /etc",
        "PATH:/etc, /etc",
        "path:/etc?narHash=x, /etc",
        "path:///etc, /etc",
        "path:./sub, ./sub",
        "path:../other#x, ../other",
        "/etc, /etc",
        "./sub, ./sub",
        ".., ..",
        "~/flake, ~/flake",
        "file:/etc/x, /etc/x",
        "file:///etc/x, /etc/x",
        "file://localhost/etc/x, /etc/x",
        "file:///etc/%78, /etc/x",
        "git+file:///srv/repo?ref=main, /srv/repo",
        "hg+file:/srv/repo, /srv/repo",
        "tarball+file:///srv/x.tar, /srv/x.tar",
        "file+file:///etc/shadow, /etc/shadow"
    })
    void pathsOfThisHost(String text, String path) {
        assertThat(FlakeReference.ofText(text)).isEqualTo(new FlakeReference.Local(path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "github:NixOS/nixpkgs/nixos-25.05",
                "gitlab:a/b",
                "sourcehut:~a/b",
                "https://example.org/x.tar.gz",
                "tarball+https://example.org/x",
                "file+https://example.org/x",
                "git+https://example.org/x.git?dir=sub",
                "git+ssh://git@example.org/x.git",
                "git://example.org/x"
            })
    void referencesOverTheNetwork(String text) {
        assertThat(FlakeReference.ofText(text)).isEqualTo(new FlakeReference.Remote());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nixpkgs", "nixpkgs/nixos-25.05", "flake:nixpkgs", "flake:nixpkgs/main"})
    void namesInRegistries(String text) {
        assertThat(FlakeReference.ofText(text)).isEqualTo(new FlakeReference.Registered("nixpkgs"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"git+ext::sh", "ftp://x/y", "git+git+file:///x", "exec:x", "git+c:/x", "--help"})
    void unknownReferenceIsNotRemote(String text) {
        assertThat(FlakeReference.ofText(text)).isEqualTo(new FlakeReference.Unknown());
    }

    @Test
    void sets() throws Exception {
        assertThat(of("{'type':'path','path':'/etc'}")).isEqualTo(new FlakeReference.Local("/etc"));
        assertThat(of("{'type':'git','url':'file:///srv/x'}")).isEqualTo(new FlakeReference.Local("/srv/x"));
        assertThat(of("{'type':'git','url':'/srv/x'}")).isEqualTo(new FlakeReference.Local("/srv/x"));
        assertThat(of("{'type':'git','url':'../x'}")).isEqualTo(new FlakeReference.Local("../x"));
        assertThat(of("{'type':'tarball','url':'file:///srv/x'}")).isEqualTo(new FlakeReference.Local("/srv/x"));
        assertThat(of("{'type':'file','url':'https://x/y'}")).isEqualTo(new FlakeReference.Remote());
        assertThat(of("{'type':'github','owner':'a','repo':'b'}")).isEqualTo(new FlakeReference.Remote());
        assertThat(of("{'type':'indirect','id':'x'}")).isEqualTo(new FlakeReference.Registered("x"));
        assertThat(of("{'url':'path:/etc'}")).isEqualTo(new FlakeReference.Local("/etc"));
        assertThat(of("{'type':'other','url':'https://x/y'}")).isEqualTo(new FlakeReference.Unknown());
        assertThat(of("{'type':['path'],'path':'/etc'}")).isEqualTo(new FlakeReference.Unknown());
        assertThat(of("{}")).isEqualTo(new FlakeReference.Unknown());
    }

    private static FlakeReference of(String json) throws Exception {
        return FlakeReference.of(Json.readObject(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }
}
