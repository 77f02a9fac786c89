package io.hatchery.acceptance.nix;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.Nixpkgs;
import io.hatchery.acceptance.fixture.ProcessResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The NixOS modules of Hatchery evaluate to services with valid settings. */
class NixosModulesTest {
    private static final Path MODULES = Installation.REPOSITORY.resolve("nixos");

    private static ProcessResult nix(String... words) {
        var builder = new ProcessBuilder(words);
        builder.environment().put("NIX_CONFIG", Nixpkgs.CONFIG);
        return ProcessResult.toEnd(builder).orFail();
    }

    @Test
    void moduleFilesCanBeParsed() throws Exception {
        nix(
                "nix-instantiate",
                "--parse",
                Installation.REPOSITORY.resolve("flake.nix").toString());
        try (var files = Files.list(MODULES)) {
            for (Path file : files.toList()) {
                nix("nix-instantiate", "--parse", file.toString());
            }
        }
    }

    @Test
    void flakeExportsModulesAndPackage() {
        String flake = "(import " + Installation.REPOSITORY.resolve("flake.nix")
                + ").outputs { self = null; nixpkgs.legacyPackages ="
                + " builtins.listToAttrs (map (name: { inherit name; value = { callPackage = p: a: p; jdk25 = 1; }; })"
                + " [ \"x86_64-linux\" \"aarch64-linux\" ]); }";
        String names = nix(
                        "nix-instantiate",
                        "--eval",
                        "--strict",
                        "--json",
                        "--expr",
                        "let f = " + flake + "; in { modules = builtins.attrNames f.nixosModules;"
                                + " package = toString f.packages.x86_64-linux.default; }")
                .out();
        assertThat(names).contains("\"config-service\",\"default\",\"gateway\",\"runner\"", "/nixos/package.nix");
    }

    private static JsonNode evaluated() throws Exception {
        return new ObjectMapper()
                .readTree(nix(
                                "nix-instantiate",
                                "--eval",
                                "--strict",
                                "--json",
                                "--read-write-mode",
                                "--argstr",
                                "nixpkgs",
                                Nixpkgs.tree().toString(),
                                "--argstr",
                                "hatchery",
                                Installation.REPOSITORY.toString(),
                                Path.of("src/test/resources/nixos-modules.nix")
                                        .toAbsolutePath()
                                        .toString())
                        .out());
    }

    @Test
    void servicesAreConfinedAsTheUnitsOfTheDebianPackage() throws Exception {
        JsonNode made = evaluated();
        for (String service : List.of("gateway", "config-service", "runner")) {
            var module = new TreeMap<String, List<String>>();
            made.at("/services/" + service + "/config").properties().forEach(entry -> {
                var values = new ArrayList<String>();
                (entry.getValue().isArray() ? entry.getValue() : List.of(entry.getValue()))
                        .forEach(value ->
                                values.add(value.isBoolean() ? (value.asBoolean() ? "yes" : "no") : value.asText()));
                module.put(entry.getKey(), values);
            });
            Map<String, List<String>> unit =
                    directives(Installation.REPOSITORY.resolve("app/src/deb/hatchery-" + service + ".service"));
            if (service.equals("runner")) {
                // The package's folder is made by the runner itself.
                module.remove("StateDirectory");
                module.remove("StateDirectoryMode");
            }
            assertThat(module).as(service).isEqualTo(unit);
        }
    }

    /** The directives of a unit's section Service, of which some are lists of words in a module. */
    private static Map<String, List<String>> directives(Path unit) throws Exception {
        var found = new TreeMap<String, List<String>>();
        String section = "";
        for (String line : Files.readAllLines(unit)) {
            if (line.startsWith("[")) {
                section = line;
            } else if (section.equals("[Service]")
                    && line.matches("[A-Z][A-Za-z]+=.*")
                    && !line.startsWith("ExecStart=")) {
                String[] parts = line.split("=", 2);
                List<String> values =
                        parts[0].equals("RestrictAddressFamilies") ? List.of(parts[1].split(" ")) : List.of(parts[1]);
                found.computeIfAbsent(parts[0], any -> new ArrayList<>()).addAll(values);
            }
        }
        return found;
    }

    @Test
    void servicesStartWithSettingsOfTheHost() throws Exception {
        JsonNode made = evaluated();
        Map<String, Properties> settings = Map.of(
                "gateway", settings(made, "gateway"),
                "config-service", settings(made, "config-service"),
                "runner", settings(made, "runner"));
        assertThat(settings.get("gateway"))
                .containsEntry("gateway.port", "8480")
                .containsEntry("gateway.nix-cache.public", "true")
                .containsEntry("data", "/var/lib/hatchery-gateway")
                .containsEntry("kafka.bootstrap.servers", "kafka:9092");
        assertThat(settings.get("config-service")).containsEntry("config.nixpkgs", "/srv/nixpkgs");
        assertThat(settings.get("runner").stringPropertyNames()).isEqualTo(Set.of("kafka.bootstrap.servers"));
        assertThat(made.at("/services/runner/path").toString()).contains("nix", "iproute2", "nftables");
        assertThat(made.path("users").toString()).contains("hatchery-gateway", "hatchery-config-service");
        assertThat(new ObjectMapper()
                        .readTree(made.path("policy").asText())
                        .at("/allow/bridges/0")
                        .asText())
                .isEqualTo("br0");
        assertThat(made.path("rules").toString()).contains("/usr/bin/systemd-nspawn");
    }

    private static Properties settings(JsonNode made, String service) throws Exception {
        JsonNode unit = made.path("services").path(service);
        assertThat(unit.path("environment").asText()).isEqualTo("/run/keys/hatchery.env");
        String[] command = unit.path("command").asText().split(" ");
        assertThat(command[0]).endsWith("/bin/hatchery");
        assertThat(command[1]).isEqualTo(service);
        assertThat(command[2]).isEqualTo("--config");
        var properties = new Properties();
        try (var reader = Files.newBufferedReader(Path.of(command[3]))) {
            properties.load(reader);
        }
        return properties;
    }
}
