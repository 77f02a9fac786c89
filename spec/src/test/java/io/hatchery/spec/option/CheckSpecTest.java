package io.hatchery.spec.option;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Specs that the evaluator makes pass, and no others. {@code -Dseed=S} sets the first seed. */
class CheckSpecTest {
    private static final long SEED = Long.getLong("seed", 0);
    private static final int RUNS = 2_000;
    private static final ContainerName WEB = new ContainerName("web");

    /** What no name, address, flag or limit may be like. */
    private static final List<String> INJECTED = List.of("%s\nx", "%s\0", "a;%s", "-%s", "%s ", "%s/../x", "$(%s)");

    /** What no further flag of nspawn may be like; its value may hold any printable character. */
    private static final List<String> INJECTED_FLAGS = List.of("%s\nx", "%s\0", "a;%s", "-%s", " %s", "/%s", "$(%s)");

    /** What no path with mount options may be like. */
    private static final List<String> INJECTED_MOUNTS = List.of("%s\nx", "%s\0", "-%s", "/..%s", "/%s", "/.%s", " %s");

    /** What no path may be like; a path may hold any printable character. */
    private static final List<String> INJECTED_PATHS =
            List.of("%s\nx", "%s\0", "-%s", "%s/../x", "%s/..", "/%s", "%s/", "%s/./x", "%s\tx", ".%s");

    private static ObjectNode random(SplittableRandom random) throws UnreadableException {
        ObjectNode options = Json.object();
        boolean system = random.nextBoolean();
        switch (system ? 0 : 1 + random.nextInt(2)) {
            case 0 -> options.put("path", "/nix/store/abc-system");
            case 1 -> options.put("boot", true);
            default -> options.set("command", Json.node(List.of("/bin/sh", "-c", "echo a;b\nc $X")));
        }
        for (String option : names()) {
            if (random.nextInt(3) == 0) {
                JsonNode values = SAMPLES.get(option);
                options.set(option, values.get(random.nextInt(values.size())).deepCopy());
            }
        }
        if (!system) {
            options.remove(List.of("reloadIfChanged", "rollbackOnFailure", "nixDaemon"));
        }
        if (options.path("privateNetwork").asBoolean()) {
            options.remove("networkNamespace");
        } else {
            options.remove(List.of("hostAddress", "localAddress6", "localMacAddress", "forwardPorts", "extraVeths"));
        }
        if (options.has("interfaces")) {
            options.remove("networkNamespace");
        }
        return options;
    }

    private static final ObjectNode SAMPLES = samples();

    private static List<String> names() {
        var names = new ArrayList<String>();
        SAMPLES.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** For each option some values, of every form that it takes. */
    private static ObjectNode samples() {
        String text = """
                {"root": ["/srv/web", "/srv//web/./"],
                 "environment": [{}, {"A": "b\\nc; $(d) %s", "EMPTY": ""}],
                 "bindMounts": [{"/data": {}, "/a": {"hostPath": "/srv/a:b c", "isReadOnly": false}}],
                 "tmpfs": [["/tmp"], ["/tmp:size=64M,mode=1777", "/x"]],
                 "ephemeral": [true, false], "autoStart": [true], "restartIfChanged": [false],
                 "reloadIfChanged": [true, false], "rollbackOnFailure": [true, false], "copyResolvConf": [true, false],
                 "startTimeout": ["infinity", "90s", 5], "stopTimeout": ["1.5h"], "restart": ["no", false, "always"],
                 "readiness": ["started", "notify"], "killSignal": ["term", "SIGRTMIN+3"],
                 "labels": [{"tier": "front", "a/b": ""}], "description": ["Some; text\\nof any kind"],
                 "privateNetwork": [true], "hostAddress": ["10.0.0.1"], "localAddress6": ["fd00::2"],
                 "localMacAddress": ["02:00:00:00:00:0A"], "interfaces": [["eth1"]], "macvlans": [["eth0", "eth2"]],
                 "networkNamespace": ["/run/netns/blue"],
                 "forwardPorts": [[{"hostPort": 8080}, {"protocol": "udp", "hostPort": 53, "containerPort": 5353}]],
                 "extraVeths": [{"back": {"hostBridge": "br0", "localAddress": "10.1.0.2/24"}, "aft": {}}],
                 "privateUsers": ["no", "identity", "pick", 0, 65536], "enableTun": [true], "nixDaemon": [true, false],
                 "additionalCapabilities": [["CAP_NET_ADMIN"]],
                 "allowedDevices": [[{"node": "/dev/fuse", "modifier": "rw"}, {"node": "char-alsa", "modifier": "r"}]],
                 "extraFlags": [["--personality=x86", "--private-users-ownership=map"]],
                 "limits": [{}, {"memoryMax": "512M", "cpuWeight": 200, "tasksMax": 500, "ioWeight": 50},
                            {"memoryMax": 1000000, "memoryHigh": "infinity", "cpuQuota": "150%", "cpuWeight": "idle",
                             "tasksMax": "infinity"}]}
                """;
        try {
            return Json.readObject(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        } catch (UnreadableException e) {
            throw new AssertionError(e);
        }
    }

    private static ContainerSpec spec(long seed) throws UnreadableException {
        ObjectNode options = random(new SplittableRandom(seed));
        EvaluationResult evaluated = Evaluator.evaluate(WEB, new ContainerDefinition(options), Map.of());
        assertThat(evaluated).as("seed %d: %s", seed, options).isInstanceOf(EvaluationResult.Good.class);
        return ((EvaluationResult.Good) evaluated).at(new HostName("h1"), new Generation(1 + seed));
    }

    @Test
    void everySpecOfTheEvaluatorPasses() throws Exception {
        for (long seed = SEED; seed < SEED + RUNS; seed++) {
            assertThat(Evaluator.checkSpec(spec(seed))).as("seed %d", seed).isEmpty();
        }
    }

    /** Some field of a spec, its owner, and whether it is a path. */
    private record Field(String name, JsonNode owner, Object key, boolean isPath) {
        String value() {
            return (key instanceof String field ? owner.get(field) : owner.get((Integer) key)).asText();
        }

        List<String> injected() {
            if (name.startsWith("/tmpfs/") && value().contains(":")) {
                return INJECTED_MOUNTS;
            }
            return isPath ? INJECTED_PATHS : name.contains("extraFlags") ? INJECTED_FLAGS : INJECTED;
        }

        void set(String value) {
            if (key instanceof String field) {
                ((ObjectNode) owner).put(field, value);
            } else {
                ((ArrayNode) owner).set((Integer) key, TextNode.valueOf(value));
            }
        }
    }

    /** Every text of a spec that the host acts on as something else than text. */
    private static List<Field> fields(ObjectNode spec) {
        var fields = new ArrayList<Field>();
        find("", spec, fields);
        fields.removeIf(field -> field.name.matches("/(description|payload/(type|command.*)|environment/.*|name|host)")
                || field.name.matches("/(startTimeout|stopTimeout|restart|readiness|killSignal|labels/.*)"));
        return fields;
    }

    private static void find(String at, JsonNode node, List<Field> fields) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(entry -> {
                add(at + "/" + entry.getKey(), object, entry.getKey(), entry.getValue(), fields);
            });
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                add(at + "/" + i, array, i, array.get(i), fields);
            }
        }
    }

    private static void add(String at, JsonNode owner, Object key, JsonNode value, List<Field> fields) {
        if (value.isTextual()) {
            boolean isPath = value.asText().startsWith("/");
            fields.add(new Field(at, owner, key, isPath));
        } else {
            find(at, value, fields);
        }
    }

    @Test
    void specWithAnInjectedValueIsRefused() throws Exception {
        for (long seed = SEED; seed < SEED + RUNS; seed++) {
            var random = new SplittableRandom(seed);
            ObjectNode json = Json.tree(spec(seed));
            List<Field> fields = fields(json);
            Field field = fields.get(random.nextInt(fields.size()));
            List<String> injected = field.injected();
            String value = String.format(injected.get(random.nextInt(injected.size())), field.value());
            field.set(value);
            assertThat(passes(json))
                    .as("seed %d: %s = %s", seed, field.name, Json.text(value))
                    .isFalse();
        }
    }

    private static boolean passes(ObjectNode json) {
        try {
            return Evaluator.checkSpec(Json.convert(json, ContainerSpec.class)).isEmpty();
        } catch (UnreadableException e) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "root                  | \"/\"",
                "root                  | \"/srv/web\\nX=1\"",
                "environment           | {\"A=B\\n\": \"x\"}",
                "environment           | {\"A\": \"\\u0000\"}",
                "bindMounts            | [{\"mountPoint\": \"/\", \"hostPath\": \"/\", \"isReadOnly\": false}]",
                "bindMounts            | [{\"mountPoint\": \"/a\", \"hostPath\": \"/b\", \"isReadOnly\": true},"
                        + " {\"mountPoint\": \"/a\", \"hostPath\": \"/etc\", \"isReadOnly\": false}]",
                "tmpfs                 | [\"/tmp:size=1\\nExecStart=/bin/x\"]",
                "payload               | {\"type\": \"command\", \"command\": []}",
                "payload               | {\"type\": \"command\", \"command\": [\"\"]}",
                "payload               | {\"type\": \"path\", \"path\": \"nix/store\"}",
                "labels                | {\"a b\": \"c\"}",
                "limits                | {\"memoryMax\": \"1\\nDelegate=no\"}",
                "limits                | {\"ioWeight\": 0}",
                "confinement           | {\"privateUsers\": \"00\", \"additionalCapabilities\": [], \"enableTun\": false,"
                        + " \"allowedDevices\": [], \"extraFlags\": []}",
                "confinement           | {\"privateUsers\": \"no\", \"additionalCapabilities\": [], \"enableTun\": false,"
                        + " \"allowedDevices\": [], \"extraFlags\": [\"--mach=other\"]}",
                "confinement           | {\"privateUsers\": \"no\", \"additionalCapabilities\": [], \"enableTun\": false,"
                        + " \"allowedDevices\": [], \"extraFlags\": [\"-Dother\"]}",
                "confinement           | {\"privateUsers\": \"no\", \"additionalCapabilities\": [\"all\"],"
                        + " \"enableTun\": false, \"allowedDevices\": [], \"extraFlags\": []}",
            })
    void specIsRefused(String field, String value) throws Exception {
        ObjectNode json = Json.tree(spec(SEED));
        json.set(
                field,
                Json.readObject(("{\"v\":" + value + "}").getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .get("v"));
        List<DefinitionProblem> problems = Evaluator.checkSpec(Json.convert(json, ContainerSpec.class));
        assertThat(problems).isNotEmpty();
        assertThat(problems.getFirst().format()).contains("spec of web");
    }
}
