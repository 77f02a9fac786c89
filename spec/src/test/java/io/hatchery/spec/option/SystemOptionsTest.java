package io.hatchery.spec.option;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.Payload;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.SystemSource;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SystemOptionsTest {
    private static final ContainerName WEB = new ContainerName("web");

    private static ContainerDefinition definition(String yaml) {
        try {
            ObjectNode options = Json.readYamlObject(yaml.getBytes(StandardCharsets.UTF_8));
            return new ContainerDefinition(options);
        } catch (UnreadableException e) {
            throw new IllegalArgumentException(yaml, e);
        }
    }

    private static EvaluationResult evaluate(String yaml) {
        return Evaluator.evaluate(
                WEB, definition(yaml), Map.of(new ProfileName("base"), definition("{config: '{ a = 1; }'}")));
    }

    private static SystemSource source(String yaml) {
        return ((EvaluationResult.Good) evaluate(yaml)).source();
    }

    private static String problem(String yaml) {
        return ((EvaluationResult.Bad) evaluate(yaml)).problems().getFirst().format();
    }

    @Test
    void configIsTextOrFiles() {
        var text = (SystemSource.Configuration)
                source("{config: '{ b = 2; }', nixpkgs: /srv/nixpkgs, specialArgs: {n: 1}}");
        assertThat(text.modules()).singleElement().satisfies(module -> {
            assertThat(module.main()).isEqualTo("configuration.nix");
            assertThat(module.files()).containsExactly(Map.entry("configuration.nix", "{ b = 2; }"));
        });
        assertThat(text.nixpkgs()).isEqualTo("/srv/nixpkgs");
        assertThat(text.specialArgs()).isEqualTo("{\"n\":1}");
        var files = (SystemSource.Configuration) source("{config: {files: {default.nix: x, a/b.nix: y}}}");
        assertThat(files.modules().getFirst().main()).isEqualTo("default.nix");
    }

    @Test
    void configurationsOfProfilesAreModulesToo() {
        var source =
                (SystemSource.Configuration) source("{profiles: [base], config: ['{ b = 2; }', {files: {c.nix: c}}]}");
        assertThat(source.modules())
                .extracting(SystemSource.Module::files)
                .containsExactly(
                        new java.util.TreeMap<>(Map.of("configuration.nix", "{ a = 1; }")),
                        new java.util.TreeMap<>(Map.of("configuration.nix", "{ b = 2; }")),
                        new java.util.TreeMap<>(Map.of("c.nix", "c")));
    }

    @Test
    void flakeAttributeIsTheFragmentOrTheContainerName() {
        assertThat(source("{flake: 'github:o/r#db'}")).isEqualTo(new SystemSource.Flake("github:o/r", "db"));
        assertThat(source("{flake: 'path:/srv/f'}")).isEqualTo(new SystemSource.Flake("path:/srv/f", "web"));
    }

    @Test
    void equalSourcesHaveEqualDigests() {
        assertThat(source("{config: x}").digest())
                .hasSize(64)
                .isEqualTo(source("{config: {files: {configuration.nix: x}}, autoStart: true}")
                        .digest())
                .isNotEqualTo(source("{config: y}").digest())
                .isNotEqualTo(source("{config: x, nixpkgs: /n}").digest());
    }

    @Test
    void evaluatedSystemIsThePayload() {
        var good = (EvaluationResult.Good) evaluate("{config: x}");
        var spec = good.at(new HostName("h1"), Generation.FIRST, "/nix/store/s");
        assertThat(spec.payload()).isEqualTo(new Payload.SystemPath("/nix/store/s"));
        assertThat(spec.rollbackOnFailure()).isTrue();
        var kept = (EvaluationResult.Good) evaluate("{config: x, rollbackOnFailure: false}");
        assertThat(kept.at(new HostName("h1"), Generation.FIRST, "/nix/store/s").rollbackOnFailure())
                .isNull();
    }

    @Test
    void invalidSourcesAreErrors() {
        assertThat(problem("{config: x, path: /p}")).contains("it declares path and config at once");
        assertThat(problem("{config: 7}")).contains("containers.web.config", "expected a module's text");
        assertThat(problem("{config: {files: {../x.nix: y}}}")).contains("'../x.nix' is not a relative path");
        assertThat(problem("{config: {files: {a.nix: y, b.nix: z}}}")).contains("set main to the name of one");
        assertThat(problem("{config: {files: {a.nix: y}, main: b.nix}}")).contains("no 'b.nix' among the files");
        assertThat(problem("{config: {file: a.nix}}"))
                .contains("expected a module's text", "hatchery apply also takes");
        assertThat(problem("{boot: true, nixpkgs: /n}")).contains("nixpkgs: it has an effect only with config");
        assertThat(problem("{boot: true, rollbackOnFailure: true}")).contains("only a NixOS system can be rolled back");
    }
}
