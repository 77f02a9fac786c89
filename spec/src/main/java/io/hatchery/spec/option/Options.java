package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.json.Json;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Every option that a container has, declared once. */
public final class Options {
    private static final String NO_CHANGE = "nothing on the host";

    private static final OptionType.Scalar NAME = Types.text(
            "a name",
            Pattern.compile(ContainerName.PATTERN),
            64,
            "use 1 to 64 of a-z, 0-9 and '-', starting and ending with a letter or digit");
    private static final OptionType.Scalar VARIABLE = Types.text(
            "an environment variable's name",
            Pattern.compile("^[A-Za-z_][A-Za-z0-9_]*$"),
            256,
            "use letters, digits and '_', not starting with a digit");
    private static final OptionType.Scalar LABEL = Types.text(
            "a label's name",
            Pattern.compile("^[A-Za-z0-9]([A-Za-z0-9._/-]{0,126}[A-Za-z0-9])?$"),
            128,
            "use 1 to 128 letters, digits and '.', '_', '/', '-'");
    private static final OptionType.Scalar LABEL_VALUE = Types.text(
            "a label's value",
            Pattern.compile("^[^\\x00-\\x1f\\x7f,=]*$"),
            256,
            "use up to 256 characters other than ',' and '='");

    private static final OptionType.Submodule BIND = new OptionType.Submodule(List.of(
            option(
                    "hostPath",
                    Types.PATH,
                    null,
                    "the mount point",
                    "Path on the host that is mounted.",
                    "\"/srv/data\"",
                    "the source of the bind"),
            option(
                    "isReadOnly",
                    Types.BOOL,
                    "true",
                    null,
                    "Whether the mount is read-only inside the container.",
                    "false",
                    "--bind-ro= or --bind=")));

    private static final OptionType.Submodule CONTAINER = new OptionType.Submodule(
            Stream.of(SystemOptions.all(), base(), NetworkOptions.all(), ConfinementOptions.all())
                    .flatMap(List::stream)
                    .toList());

    private static List<Option> base() {
        return List.of(
                option(
                        "boot",
                        Types.BOOL,
                        "false",
                        null,
                        "Whether to run the init of the root. For a root that is a whole operating system.",
                        "true",
                        "--boot"),
                option(
                        "command",
                        new OptionType.ListOf(Types.TEXT),
                        null,
                        "none",
                        "Program to run, with its arguments. It runs as process 2 behind a small init of systemd-nspawn. The start fails if the program is not in the root.",
                        "[\"/bin/httpd\", \"-f\"]",
                        "--as-pid2 and the payload"),
                option(
                        "root",
                        Types.PATH,
                        null,
                        "/var/lib/containers/<name>",
                        "Folder on the host that is the container's root file system. For path it is created if it is missing; for boot and command it must exist.",
                        "\"/var/lib/containers/web\"",
                        "-D <root>"),
                option(
                        "environment",
                        new OptionType.AttributesOf(VARIABLE, Types.TEXT),
                        "{}",
                        null,
                        "Environment variables of the first process.",
                        "{\"LANG\": \"C.UTF-8\"}",
                        "--setenv="),
                option(
                        "ephemeral",
                        Types.BOOL,
                        "false",
                        null,
                        "Whether to discard all changes to the root when the container stops.",
                        "true",
                        "--ephemeral"),
                option(
                        "bindMounts",
                        new OptionType.AttributesOf(Types.PATH, BIND),
                        "{}",
                        null,
                        "Files and folders of the host to mount in the container, by mount point.",
                        "{\"/data\": {\"hostPath\": \"/srv/data\", \"isReadOnly\": false}}",
                        "--bind= and --bind-ro="),
                option(
                        "tmpfs",
                        new OptionType.ListOf(tmpfs()),
                        "[]",
                        null,
                        "Temporary file systems to mount in the container, each as path or path:options. Their content is lost when the container stops.",
                        "[\"/tmp:size=64M\"]",
                        "--tmpfs="),
                option(
                        "copyResolvConf",
                        Types.BOOL,
                        "true",
                        null,
                        "Whether to copy /etc/resolv.conf of the host into the root before each start.",
                        "false",
                        "a copy of /etc/resolv.conf"),
                option(
                        "host",
                        NAME,
                        null,
                        "placed on a ready host",
                        "Host that runs the container.",
                        "\"host1\"",
                        "the topic that carries the spec"),
                option(
                        "labels",
                        new OptionType.AttributesOf(LABEL, LABEL_VALUE),
                        "{}",
                        null,
                        "Labels of the container. Commands and streams select containers by them.",
                        "{\"tier\": \"front\"}",
                        NO_CHANGE),
                option(
                        "hostSelector",
                        new OptionType.AttributesOf(LABEL, LABEL_VALUE),
                        "{}",
                        null,
                        "Labels that a host must have to be chosen. Of the ready hosts with these labels, the one with the fewest containers is taken. Not allowed together with host.",
                        "{\"zone\": \"north\"}",
                        "the choice of a host"),
                option(
                        "description",
                        Types.TEXT,
                        null,
                        "none",
                        "Text for people; Hatchery does not use it.",
                        "\"The shop's front end\"",
                        NO_CHANGE),
                option(
                        "profiles",
                        new OptionType.ListOf(NAME),
                        "[]",
                        null,
                        "Profiles from which the container takes options. Its own options take precedence by the rules of merging.",
                        "[\"base\"]",
                        "layers under the definition"),
                option(
                        "autoStart",
                        Types.BOOL,
                        "false",
                        null,
                        "Whether to start the container when the host boots, and when the definition first arrives on the host.",
                        "true",
                        "a start by the runner"),
                option(
                        "restartIfChanged",
                        Types.BOOL,
                        "true",
                        null,
                        "Whether to restart the running container for a change that needs a restart. If false, it keeps running and is marked outdated.",
                        "false",
                        "a restart by the runner"),
                option(
                        "reloadIfChanged",
                        Types.BOOL,
                        "false",
                        null,
                        "Whether to switch the running NixOS system to a changed one instead of restarting the container. It restarts all the same if another change needs it.",
                        "true",
                        "ExecReload=: the path's bin/switch-to-configuration test, run inside"),
                new Option(
                        "startTimeout",
                        List.of("timeoutStartSec"),
                        Types.SPAN,
                        Json.node("1min"),
                        null,
                        "Time limit from the spawn of the container to its readiness. Afterwards its processes are killed and the start fails. infinity is allowed.",
                        Json.node("5min"),
                        "a timer of the runner"),
                option(
                        "stopTimeout",
                        Types.SPAN,
                        "\"3min\"",
                        null,
                        "How long a stop waits after killSignal before it sends SIGTERM to the supervisor and then kills all processes. infinity is allowed.",
                        "\"30s\"",
                        "a timer of the runner"),
                option(
                        "restart",
                        Types.choice("on-failure", "always", "no"),
                        "\"on-failure\"",
                        null,
                        "Whether to restart the container after an exit that no command requested: on-failure after a status other than 0, always, or no.",
                        "\"always\"",
                        "a restart by the runner, with backoff"),
                option(
                        "readiness",
                        Types.choice("notify", "started"),
                        null,
                        "notify; started for command",
                        "When the container is running: notify waits for READY=1 of its init, see sd_notify(3); started waits until the first process has lived for half a second.",
                        "\"started\"",
                        "--notify-ready="),
                option(
                        "killSignal",
                        Types.SIGNAL,
                        null,
                        "SIGRTMIN+3; SIGTERM for command",
                        "Signal that a stop sends to the container's init.",
                        "\"SIGTERM\"",
                        "--kill-signal= and the signal itself"));
    }

    private Options() {}

    /** The options of a container, as one type. */
    public static OptionType.Submodule container() {
        return CONTAINER;
    }

    /** The JSON Schema of a definition or profile. Priorities wrap any value, which a schema cannot say without doubling. */
    public static ObjectNode schema(String id, String title) {
        ObjectNode schema = Json.object()
                .put("$schema", "https://json-schema.org/draft/2020-12/schema")
                .put("$id", id)
                .put("title", title);
        schema.setAll(CONTAINER.schema());
        ObjectNode wrapper = schema.putObject("$defs").putObject("priority");
        wrapper.put("type", "object")
                .put("minProperties", 1)
                .put("maxProperties", 1)
                .put("additionalProperties", false);
        wrapper.putObject("properties").putObject(DefinedValue.DEFAULT_KEY);
        ((ObjectNode) wrapper.get("properties")).putObject(DefinedValue.FORCE_KEY);
        for (var property : schema.withObject("properties").properties()) {
            ObjectNode plain = (ObjectNode) property.getValue();
            ObjectNode either = Json.object();
            for (String kept : List.of("description", "default", "examples", "deprecated")) {
                JsonNode moved = plain.remove(kept);
                if (moved != null) {
                    either.set(kept, moved);
                }
            }
            either.putArray("anyOf").add(plain).add(Json.object().put("$ref", "#/$defs/priority"));
            property.setValue(either);
        }
        return schema;
    }

    private static OptionType.Scalar tmpfs() {
        return new OptionType.Scalar(
                "a path with mount options",
                Json.object().put("type", "string").put("pattern", "^/"),
                value -> {
                    String text = Types.string(value);
                    int colon = text.indexOf(':');
                    String path = Types.path(colon < 0 ? text : text.substring(0, colon));
                    if (path.equals("/")) {
                        throw new IllegalArgumentException("a tmpfs over the root itself hides the container");
                    }
                    if (text.chars().anyMatch(Character::isISOControl)) {
                        throw new IllegalArgumentException("mount options cannot hold control characters");
                    }
                    return Json.node(colon < 0 ? path : path + text.substring(colon));
                },
                "write path[:options], such as /tmp:size=64M,mode=1777");
    }

    static Option option(
            String name,
            OptionType type,
            @org.jspecify.annotations.Nullable String defaultJson,
            @org.jspecify.annotations.Nullable String defaultText,
            String description,
            String exampleJson,
            String becomes) {
        return new Option(
                name,
                List.of(),
                type,
                defaultJson == null ? null : json(defaultJson),
                defaultText,
                description,
                json(exampleJson),
                becomes);
    }

    private static JsonNode json(String text) {
        try {
            return Json.readObject(("{\"v\":" + text + "}").getBytes(java.nio.charset.StandardCharsets.UTF_8))
                    .get("v");
        } catch (io.hatchery.spec.json.UnreadableException e) {
            throw new IllegalStateException(text, e);
        }
    }
}
