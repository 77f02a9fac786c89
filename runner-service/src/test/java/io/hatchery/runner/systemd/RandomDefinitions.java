package io.hatchery.runner.systemd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Definitions of known plans, in which strings and names are replaced by such as could mean something to systemd, nspawn or a shell. */
final class RandomDefinitions {
    private static final Path PLANS = Path.of("src/test/resources/io/hatchery/runner/plan/plans");

    /** What is put into strings, and in place of them. */
    private static final List<String> HOSTILE = List.of(
            "\n",
            "\r",
            "\r\nExecStartPre=/bin/touch /pwned\n",
            "\nExecStartPre=/bin/touch /pwned",
            "\\",
            "\\\\",
            "\\n",
            "\\x0a",
            "\"",
            "\" \"--capability=all",
            "'",
            "%",
            "%n",
            "%%",
            "%h/..",
            "$",
            "$$",
            "${PATH}",
            "$HATCHERY_VALUE_0",
            "`id`",
            "$(id)",
            ";",
            " ; ",
            " ",
            "\t",
            "\u0001",
            "\u007f",
            "\u0085",
            "\u2028",
            "é",
            ":",
            "\\:",
            ":/etc:rbind",
            "::",
            ",",
            "=",
            "--",
            "-",
            "--capability=all",
            "--bind=/:/host",
            "+",
            "@",
            "!",
            "*",
            "..",
            "../..",
            "/..",
            "/../",
            "/./",
            "//",
            "/etc",
            "/",
            "\0",
            "#",
            "[Service]",
            "x".repeat(300));

    private static final List<String> STARTS =
            List.of("/srv/", "/dev/", "char-", "block-", "/", "--hostname=", "--rlimit=", "CAP_", "web");

    private final List<ObjectNode> known = new ArrayList<>();
    private final SplittableRandom random;

    RandomDefinitions(SplittableRandom random) throws IOException, UnreadableException {
        this.random = random;
        try (Stream<Path> files = Files.list(PLANS)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".yaml"))
                    .sorted()
                    .toList()) {
                known.add(Json.readYamlObject(Files.readAllBytes(file)));
            }
        }
        known.add(Json.readYamlObject("""
                command: [/bin/sh, -c, echo]
                environment: {A: b, PATH: /bin}
                bindMounts: {/data: {hostPath: /srv/data, isReadOnly: false}, /ro: {}}
                tmpfs: ["/scratch:size=64M"]
                allowedDevices: [{node: /dev/fuse, modifier: rw}, {node: char-alsa, modifier: r}]
                extraFlags: ["--hostname=x"]
                labels: {a: b}
                autoStart: true
                """.getBytes(StandardCharsets.UTF_8)));
    }

    ContainerDefinition next() {
        ObjectNode options = known.get(random.nextInt(known.size())).deepCopy();
        ObjectNode other = known.get(random.nextInt(known.size()));
        other.properties().forEach(option -> {
            if (random.nextInt(4) == 0) {
                options.set(option.getKey(), option.getValue().deepCopy());
            }
        });
        for (int i = random.nextInt(3); i >= 0; i--) {
            change(options);
        }
        return new ContainerDefinition(options);
    }

    private void change(JsonNode node) {
        if (node instanceof ArrayNode array && !array.isEmpty()) {
            int at = random.nextInt(array.size());
            if (array.get(at).isTextual()) {
                array.set(at, changed(array.get(at).textValue()));
                if (random.nextInt(4) == 0) {
                    array.add(changed(""));
                }
            } else {
                change(array.get(at));
            }
        } else if (node instanceof ObjectNode object && !object.isEmpty()) {
            var names = new ArrayList<String>();
            object.fieldNames().forEachRemaining(names::add);
            String name = names.get(random.nextInt(names.size()));
            JsonNode value = object.get(name);
            if (value.isTextual()) {
                object.set(name, changed(value.textValue()));
            } else if (random.nextInt(4) == 0 && !value.isContainerNode()) {
                object.set(name, changed(""));
            } else {
                change(value);
            }
            if (random.nextInt(6) == 0) {
                JsonNode moved = object.remove(name);
                object.set(changed(name).textValue(), moved);
            }
        }
    }

    private TextNode changed(String text) {
        String hostile = HOSTILE.get(random.nextInt(HOSTILE.size()));
        String start = text.isEmpty() ? STARTS.get(random.nextInt(STARTS.size())) : text;
        return TextNode.valueOf(
                switch (random.nextInt(4)) {
                    case 0 -> start + hostile;
                    case 1 -> start + hostile + "x";
                    case 2 -> {
                        int at = random.nextInt(start.length() + 1);
                        yield start.substring(0, at) + hostile + start.substring(at);
                    }
                    default -> random.nextInt(3) == 0 ? hostile : STARTS.get(random.nextInt(STARTS.size())) + hostile;
                });
    }
}
