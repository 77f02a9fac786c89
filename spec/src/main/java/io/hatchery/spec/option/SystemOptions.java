package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Payload;
import io.hatchery.spec.SystemSource;
import io.hatchery.spec.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The options of the NixOS system of a container. */
final class SystemOptions {
    private static final String TEXT_FILE = "configuration.nix";
    private static final List<String> MAIN_FILES = List.of("default.nix", TEXT_FILE);
    private static final int LONGEST_FLAKE = 4096;

    /** What a store path's file names may hold (Nix manual, "Store path"), and no step upwards. */
    private static final Pattern FILE = Pattern.compile("(?!\\.)[A-Za-z0-9+._?=-]+(/(?!\\.)[A-Za-z0-9+._?=-]+)*");

    private static final OptionType.Scalar MODULE = new OptionType.Scalar(
            "a NixOS module: its text, or an object of files",
            moduleSchema(),
            SystemOptions::module,
            "write the module's text, or {\"files\": {\"default.nix\": \"…\"}}; hatchery apply also takes"
                    + " {\"file\": \"web.nix\"} and {\"directory\": \"web\"}");

    private static final OptionType.Scalar ANY =
            new OptionType.Scalar("any value", Json.object(), value -> value, "write JSON");

    private static final OptionType.Scalar ARGUMENT = Types.text(
            "an argument's name",
            Pattern.compile("^[A-Za-z_][A-Za-z0-9_'-]*$"),
            256,
            "use letters, digits, '_' and '-', not starting with a digit");

    private SystemOptions() {}

    static List<Option> all() {
        return List.of(
                Option.named("path")
                        .type(Types.PATH)
                        .description("Path of an evaluated NixOS system. Its init runs in the container.")
                        .defaultText("none")
                        .example("/nix/var/nix/profiles/per-container/web/system")
                        .becomes("<path>/init as the payload")
                        .needsRestart(spec -> spec.payload() instanceof Payload.SystemPath path ? path : null)
                        .build(),
                Option.named("config")
                        .type(new OptionType.Joined(MODULE))
                        .description(
                                "NixOS module, as text or as files that may import each other. config-service evaluates and builds it. Modules of profiles are merged with it as NixOS merges modules.")
                        .defaultText("none")
                        .example("{ services.nginx.enable = true; }")
                        .becomes("path, once evaluated with <nixpkgs>/nixos/lib/eval-config.nix and built")
                        .build(),
                Option.named("flake")
                        .type(Types.text(
                                "a flake reference",
                                Pattern.compile("^[^\\x00-\\x20\\x7f]+$"),
                                LONGEST_FLAKE,
                                "give a flake reference, such as github:owner/repository#web"))
                        .description(
                                "Flake reference. The system is nixosConfigurations.<fragment> of the flake; without a fragment, nixosConfigurations.<container name>.")
                        .defaultText("none")
                        .example("github:example/systems#web")
                        .becomes("path, once evaluated and built")
                        .build(),
                Option.named("nixpkgs")
                        .type(Types.PATH)
                        .description(
                                "Path of the nixpkgs with which config is evaluated, on the host of config-service.")
                        .defaultText("what config-service is configured with")
                        .example("/srv/nixpkgs")
                        .becomes("the expression that is evaluated")
                        .build(),
                Option.named("specialArgs")
                        .type(new OptionType.AttributesOf(ARGUMENT, ANY))
                        .description("More arguments for the modules of config.")
                        .defaultsTo(Map.of())
                        .exampleJson("{\"site\": \"north\"}")
                        .becomes("specialArgs of eval-config.nix")
                        .build(),
                Option.named("rollbackOnFailure")
                        .type(Types.BOOL)
                        .description(
                                "Whether to return to the system that was ready last if a changed system does not become ready.")
                        .defaultText("true for config and flake")
                        .example(false)
                        .becomes("a new definition that has the old path")
                        .appliesLive(spec -> Boolean.TRUE.equals(spec.rollbackOnFailure()))
                        .build());
    }

    /** The source of the NixOS system; null if nothing must be evaluated. */
    static @Nullable SystemSource source(ContainerName name, ObjectNode values) {
        if (values.has("flake")) {
            String[] parts = values.get("flake").asText().split("#", 2);
            return new SystemSource.Flake(parts[0], parts.length > 1 && !parts[1].isEmpty() ? parts[1] : name.value());
        }
        if (!PayloadOptions.isGiven(values.get("config"))) {
            return null;
        }
        var modules = new ArrayList<SystemSource.Module>();
        for (JsonNode module : values.get("config")) {
            var files = new TreeMap<String, String>();
            module.get("files")
                    .properties()
                    .forEach(file -> files.put(file.getKey(), file.getValue().asText()));
            modules.add(new SystemSource.Module(files, module.get("main").asText()));
        }
        return new SystemSource.Configuration(
                modules, values.path("nixpkgs").textValue(), Json.text(values.path("specialArgs")));
    }

    private static ObjectNode moduleSchema() {
        ObjectNode schema = Json.object();
        var either = schema.putArray("anyOf");
        either.addObject().put("type", "string");
        ObjectNode object = either.addObject().put("type", "object").put("additionalProperties", false);
        ObjectNode properties = object.putObject("properties");
        ObjectNode files = properties.putObject("files").put("type", "object").put("minProperties", 1);
        files.putObject("additionalProperties").put("type", "string");
        properties.putObject("main").put("type", "string");
        object.putArray("required").add("files");
        return schema;
    }

    private static JsonNode module(JsonNode value) {
        ObjectNode module = Json.object();
        if (value.isTextual()) {
            module.putObject("files").put(TEXT_FILE, Types.string(value));
            return module.put("main", TEXT_FILE);
        }
        if (!(value.get("files") instanceof ObjectNode files) || files.isEmpty()) {
            throw new IllegalArgumentException("expected a module's text, or an object with files");
        }
        for (var property : value.properties()) {
            if (!List.of("files", "main").contains(property.getKey())) {
                throw new IllegalArgumentException("has " + property.getKey() + ", and only files and main are known");
            }
        }
        for (var file : files.properties()) {
            if (!FILE.matcher(file.getKey()).matches()) {
                throw new IllegalArgumentException("files: '" + file.getKey()
                        + "' is not a relative path of letters, digits and +._?=- without hidden files");
            }
            String _ = Types.string(file.getValue());
        }
        module.set("files", files.deepCopy());
        return module.put("main", mainOf(value.get("main"), files));
    }

    private static String mainOf(@Nullable JsonNode given, ObjectNode files) {
        if (given != null) {
            String main = Types.string(given);
            if (!files.has(main)) {
                throw new IllegalArgumentException("main: there is no '" + main + "' among the files");
            }
            return main;
        }
        if (files.size() == 1) {
            return files.fieldNames().next();
        }
        return MAIN_FILES.stream()
                .filter(files::has)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "none of the files is default.nix or configuration.nix: set main to the name of one"));
    }
}
