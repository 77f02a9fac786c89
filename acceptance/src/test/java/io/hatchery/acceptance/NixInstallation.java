package io.hatchery.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** An installation whose one host has the store that its systems are built in. */
final class NixInstallation implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BUILT = "?wait=2min";

    /** Gives tests one, which is begun for the first of them and ended after the last. */
    static final class Shared implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == NixInstallation.class;
        }

        @Override
        public NixInstallation resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.create(NixInstallation.class))
                    .computeIfAbsent(NixInstallation.class, any -> new NixInstallation(), NixInstallation.class);
        }
    }

    private final Installation installation = Nixpkgs.installation();

    private NixInstallation() {
        installation.environment().put("HATCHERY_CONFIG_EVALUATION_MEMORY", "2048");
        installation.environment().put("HATCHERY_CONFIG_FLAKE_PATHS", flakes().toString());
        installation.environment().merge("NIX_CONFIG", "flake-registry = " + registry() + "\n", String::concat);
        Installation.running(installation);
    }

    Installation installation() {
        return installation;
    }

    @Override
    public void close() {
        try {
            Traffic.assertValid(installation);
        } finally {
            installation.close();
            Nixpkgs.cleanUp();
        }
    }

    /** The one folder of the host where flakes may be. */
    Path flakes() {
        return installation.data().resolve("flakes");
    }

    /** What Nix knows flakes by their names from. */
    Path registry() {
        return installation.data().resolve("registry.json");
    }

    ObjectNode options(String name) {
        return JSON.createObjectNode()
                .put("root", installation.roots().resolve(name).toString())
                .put("startTimeout", "20s");
    }

    Api.Answer put(String name, ObjectNode options) {
        return installation.api().put("/v1/containers/" + name + BUILT, options.toString());
    }

    /** Defines a container by that configuration and waits until it is built. */
    JsonNode build(String name, String config) {
        Api.Answer answer = put(name, options(name).put("config", config));
        assertThat(answer.status()).as("%s", answer.body()).isIn(200, 201);
        return answer.body();
    }

    /** A configuration with a file {@code /etc/x} of that text. */
    static String etc(String text) {
        return "{ environment.etc.x.text = \"" + text + "\"; }";
    }

    static String systemOf(JsonNode container) {
        return container.at("/spec/payload/path").asText();
    }

    String inside(String name, String... command) {
        long leader = installation.api().container(name).at("/status/leader").asLong();
        List<String> all = Stream.concat(
                        Stream.of("nsenter", "-t", String.valueOf(leader), "-a"), Arrays.stream(command))
                .toList();
        var builder = new ProcessBuilder(all);
        builder.environment().put("PATH", "/run/current-system/sw/bin:/usr/bin:/bin");
        return ProcessResult.toEnd(builder).orFail().out().strip();
    }

    String file(String name, String path) {
        return inside(name, "/run/current-system/sw/bin/cat", path);
    }

    static List<String> messages(Api.Answer refused) {
        assertThat(refused.status()).as("%s", refused.body()).isEqualTo(422);
        return refused.at("/errors")
                .valueStream()
                .map(error -> error.path("origin").asText() + ": "
                        + error.path("message").asText())
                .toList();
    }

    long systems(String source) {
        try {
            String metrics = installation
                    .api()
                    .http()
                    .send(installation.api().request("/metrics").build(), BodyHandlers.ofString())
                    .body();
            return metrics.lines()
                    .filter(line -> line.startsWith("hatchery_systems_total{source=\"" + source + "\""))
                    .mapToLong(line -> (long) Double.parseDouble(line.split(" ")[1]))
                    .sum();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
