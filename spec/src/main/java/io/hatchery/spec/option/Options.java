package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import io.hatchery.spec.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The declarations of all options of a container. */
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
            Option.named("hostPath")
                    .type(Types.PATH)
                    .description("Path on the host that is mounted.")
                    .defaultText("the mount point")
                    .example("/srv/data")
                    .becomes("the source of the bind")
                    .build(),
            Option.named("isReadOnly")
                    .type(Types.BOOL)
                    .description("Whether the mount is read-only inside the container.")
                    .defaultsTo(true)
                    .example(false)
                    .becomes("--bind-ro= or --bind=")
                    .build()));

    private static final OptionType.Submodule CONTAINER = new OptionType.Submodule(
            Stream.of(SystemOptions.all(), base(), NetworkOptions.all(), ConfinementOptions.all(), LimitOptions.all())
                    .flatMap(List::stream)
                    .toList());

    private static List<Option> base() {
        return List.of(
                Option.named("boot")
                        .type(Types.BOOL)
                        .description(
                                "Whether to run the init of the root. For a root that is a whole operating system.")
                        .defaultsTo(false)
                        .example(true)
                        .becomes("--boot")
                        .needsRestart(spec -> spec.payload() instanceof Payload.Boot)
                        .build(),
                Option.named("command")
                        .type(new OptionType.ListOf(Types.TEXT))
                        .description(
                                "Program to run, with its arguments. It runs as process 2 behind a small init of systemd-nspawn. The start fails if the program is not in the root.")
                        .defaultText("none")
                        .example(List.of("/bin/httpd", "-f"))
                        .becomes("--as-pid2 and the payload")
                        .needsRestart(spec -> spec.payload() instanceof Payload.Program program ? program : null)
                        .build(),
                Option.named("root")
                        .type(Types.PATH)
                        .description(
                                "Folder on the host that is the container's root file system. For path it is created if it is missing; for boot and command it must exist.")
                        .defaultText("/var/lib/containers/<name>")
                        .example("/var/lib/containers/web")
                        .becomes("-D <root>")
                        .needsRestart(ContainerSpec::root)
                        .build(),
                Option.named("environment")
                        .type(new OptionType.AttributesOf(VARIABLE, Types.TEXT))
                        .description("Environment variables of the first process.")
                        .defaultsTo(Map.of())
                        .exampleJson("{\"LANG\": \"C.UTF-8\"}")
                        .becomes("--setenv=")
                        .needsRestart(ContainerSpec::environment)
                        .build(),
                Option.named("ephemeral")
                        .type(Types.BOOL)
                        .description("Whether to discard all changes to the root when the container stops.")
                        .defaultsTo(false)
                        .example(true)
                        .becomes("--ephemeral")
                        .needsRestart(ContainerSpec::ephemeral)
                        .build(),
                Option.named("bindMounts")
                        .type(new OptionType.AttributesOf(Types.PATH, BIND))
                        .description("Files and folders of the host to mount in the container, by mount point.")
                        .defaultsTo(Map.of())
                        .exampleJson("{\"/data\": {\"hostPath\": \"/srv/data\", \"isReadOnly\": false}}")
                        .becomes("--bind= and --bind-ro=")
                        .needsRestart(ContainerSpec::bindMounts)
                        .build(),
                Option.named("tmpfs")
                        .type(new OptionType.ListOf(tmpfs()))
                        .description(
                                "Temporary file systems to mount in the container, each as path or path:options. Their content is lost when the container stops.")
                        .defaultsTo(List.of())
                        .example(List.of("/tmp:size=64M"))
                        .becomes("--tmpfs=")
                        .needsRestart(ContainerSpec::tmpfs)
                        .build(),
                Option.named("copyResolvConf")
                        .type(Types.BOOL)
                        .description("Whether to copy /etc/resolv.conf of the host into the root before each start.")
                        .defaultsTo(true)
                        .example(false)
                        .becomes("a copy of /etc/resolv.conf")
                        .needsRestart(ContainerSpec::copyResolvConf)
                        .build(),
                Option.named("host")
                        .type(NAME)
                        .description("Host that runs the container.")
                        .defaultText("placed on a ready host")
                        .example("host1")
                        .becomes("the topic that carries the spec")
                        .needsRestart(ContainerSpec::host)
                        .build(),
                Option.named("labels")
                        .type(new OptionType.AttributesOf(LABEL, LABEL_VALUE))
                        .description("Labels of the container. Commands and streams select containers by them.")
                        .defaultsTo(Map.of())
                        .exampleJson("{\"tier\": \"front\"}")
                        .becomes(NO_CHANGE)
                        .appliesLive(ContainerSpec::labels)
                        .build(),
                Option.named("hostSelector")
                        .type(new OptionType.AttributesOf(LABEL, LABEL_VALUE))
                        .description(
                                "Labels that a host must have to be chosen. Of the ready hosts with these labels and room for the limits of the container, the one with the fewest containers per processor is taken. Not allowed together with host.")
                        .defaultsTo(Map.of())
                        .exampleJson("{\"zone\": \"north\"}")
                        .becomes("the choice of a host")
                        .build(),
                Option.named("description")
                        .type(Types.TEXT)
                        .description("Text for people; Hatchery does not use it.")
                        .defaultText("none")
                        .example("The shop's front end")
                        .becomes(NO_CHANGE)
                        .appliesLive(ContainerSpec::description)
                        .build(),
                Option.named("profiles")
                        .type(new OptionType.ListOf(NAME))
                        .description(
                                "Profiles from which the container takes options. Lists and objects are merged with the container's own; two different single values are an error unless one has a priority ($force, $default).")
                        .defaultsTo(List.of())
                        .example(List.of("base"))
                        .becomes("layers under the definition")
                        .build(),
                Option.named("autoStart")
                        .type(Types.BOOL)
                        .description(
                                "Whether to start the container when the host boots, and when the definition first arrives on the host.")
                        .defaultsTo(false)
                        .example(true)
                        .becomes("a start by the runner")
                        .appliesLive(ContainerSpec::autoStart)
                        .build(),
                Option.named("restartIfChanged")
                        .type(Types.BOOL)
                        .description(
                                "Whether to restart the running container for a change that needs a restart. If false, it keeps running and is marked outdated.")
                        .defaultsTo(true)
                        .example(false)
                        .becomes("a restart by the runner")
                        .appliesLive(ContainerSpec::restartIfChanged)
                        .build(),
                Option.named("reloadIfChanged")
                        .type(Types.BOOL)
                        .description(
                                "Whether to switch the running NixOS system to a changed one instead of restarting the container. It restarts all the same if another change needs it.")
                        .defaultsTo(false)
                        .example(true)
                        .becomes("ExecReload=: the path's bin/switch-to-configuration test, run inside")
                        .appliesLive(spec -> Boolean.TRUE.equals(spec.reloadIfChanged()))
                        .build(),
                Option.named("startTimeout")
                        .aliases("timeoutStartSec")
                        .type(Types.SPAN)
                        .description(
                                "Time limit from the spawn of the container to its readiness. Afterwards its processes are killed and the start fails. infinity is allowed.")
                        .defaultsTo("1min")
                        .example("5min")
                        .becomes("a timer of the runner")
                        .appliesLive(ContainerSpec::startTimeout)
                        .build(),
                Option.named("stopTimeout")
                        .type(Types.SPAN)
                        .description(
                                "How long a stop waits after killSignal before it sends SIGTERM to the supervisor and then kills all processes. infinity is allowed.")
                        .defaultsTo("3min")
                        .example("30s")
                        .becomes("a timer of the runner")
                        .appliesLive(ContainerSpec::stopTimeout)
                        .build(),
                Option.named("restart")
                        .type(Types.choice("on-failure", "always", "no"))
                        .description(
                                "Whether to restart the container after an exit that no command requested: on-failure after a status other than 0, always, or no.")
                        .defaultsTo("on-failure")
                        .example("always")
                        .becomes("a restart by the runner, with backoff")
                        .appliesLive(ContainerSpec::restart)
                        .build(),
                Option.named("readiness")
                        .type(Types.choice("notify", "started"))
                        .description(
                                "When the container is running: notify waits for READY=1 of its init, see sd_notify(3); started waits until the first process has lived for half a second, or has exited with status 0.")
                        .defaultText("notify; started for command")
                        .example("started")
                        .becomes("--notify-ready=")
                        .needsRestart(ContainerSpec::readiness)
                        .build(),
                Option.named("killSignal")
                        .type(Types.SIGNAL)
                        .description("Signal that a stop sends to the container's init.")
                        .defaultText("SIGRTMIN+3; SIGTERM for command")
                        .example("SIGTERM")
                        .becomes("--kill-signal= and the signal itself")
                        .needsRestart(ContainerSpec::killSignal)
                        .build());
    }

    private Options() {}

    /** The options of a container, as one type. */
    public static OptionType.Submodule container() {
        return CONTAINER;
    }

    /** The names of some options. */
    static Set<String> names(List<Option> options) {
        return options.stream().map(Option::name).collect(Collectors.toUnmodifiableSet());
    }

    /** The JSON Schema of a definition or profile. A value may be wrapped in a priority. */
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
}
