package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The rules between options that are valid by themselves. */
final class OptionRules {
    private static final List<String> OF_A_PRIVATE_NETWORK = List.of(
            "hostAddress",
            "hostAddress6",
            "localAddress",
            "localAddress6",
            "localMacAddress",
            "hostBridge",
            "forwardPorts",
            "extraVeths");
    private static final String PRIVATE = "set privateNetwork to true, or remove it";

    /** The flags of systemd-nspawn(1) that Hatchery sets itself. */
    private static final Set<String> OWN_FLAGS = Set.of(
            "--machine",
            "--directory",
            "--image",
            "--template",
            "--ephemeral",
            "--keep-unit",
            "--register",
            "--boot",
            "--as-pid2",
            "--notify-ready",
            "--kill-signal",
            "--console",
            "--pipe",
            "--private-users",
            "--private-network",
            "--network-veth",
            "--network-bridge",
            "--network-namespace-path",
            "--link-journal");

    private static final Pattern LONG_FLAG = Pattern.compile("--[a-z0-9][a-z0-9-]*");

    private final String path;
    private final String origin;
    private final ObjectNode values;
    private final OptionMerger merge;

    OptionRules(String path, String origin, ObjectNode values, OptionMerger merge) {
        this.path = path;
        this.origin = origin;
        this.values = values;
        this.merge = merge;
    }

    void check() {
        reload();
        placement();
        isPrivate();
        namespace();
        pair(path, values);
        values.path("extraVeths").properties().forEach(this::extraVeth);
        ports();
        devices();
        flags();
    }

    private void wrong(String at, JsonNode value, String message, String remedy) {
        merge.problem(at, value, origin, message, remedy);
    }

    /** Reports a missing option, unless it was given with an error that is reported already. */
    private void missing(String at, JsonNode value, String remedy) {
        if (merge.problems().stream().noneMatch(problem -> problem.path().equals(at))) {
            wrong(at, value, "it is missing", remedy);
        }
    }

    private void reload() {
        JsonNode reload = values.path("reloadIfChanged");
        if (reload.asBoolean() && !isSystem()) {
            wrong(
                    path + ".reloadIfChanged",
                    reload,
                    "only a NixOS system can be switched while it runs",
                    "remove it, or give the system as path, config or flake");
        }
        JsonNode rollback = values.path("rollbackOnFailure");
        if (rollback.asBoolean() && !isSystem()) {
            wrong(
                    path + ".rollbackOnFailure",
                    rollback,
                    "only a NixOS system can be rolled back",
                    "remove it, or give the system as path, config or flake");
        }
        JsonNode nixDaemon = values.path("nixDaemon");
        if (nixDaemon.asBoolean() && !isSystem()) {
            wrong(
                    path + ".nixDaemon",
                    nixDaemon,
                    "only a NixOS system can reach the host's Nix daemon",
                    "remove it, or bind /nix/var/nix/daemon-socket with bindMounts");
        }
        for (String option : List.of("nixpkgs", "specialArgs")) {
            if (isSet(values.path(option)) && !values.has("config")) {
                wrong(path + "." + option, values.get(option), "it has an effect only with config", "remove it");
            }
        }
    }

    private boolean isSystem() {
        return isSet(values.path("path")) || isSet(values.path("config")) || isSet(values.path("flake"));
    }

    private void placement() {
        JsonNode hostSelector = values.path("hostSelector");
        if (isSet(hostSelector) && isSet(values.path("host"))) {
            wrong(path + ".hostSelector", hostSelector, "it has an effect only without host", "remove one of the two");
        }
    }

    private static boolean isSet(JsonNode value) {
        return !value.isMissingNode() && !(value.isContainerNode() && value.isEmpty());
    }

    private void isPrivate() {
        if (values.path("privateNetwork").asBoolean()) {
            return;
        }
        for (String option : OF_A_PRIVATE_NETWORK) {
            if (isSet(values.path(option))) {
                wrong(path + "." + option, values.get(option), "it has an effect only with privateNetwork", PRIVATE);
            }
        }
    }

    private void namespace() {
        JsonNode namespace = values.path("networkNamespace");
        if (!isSet(namespace)) {
            return;
        }
        if (values.path("privateNetwork").asBoolean()) {
            wrong(path + ".networkNamespace", namespace, "it excludes privateNetwork", "remove one of the two");
        }
        if (isSet(values.path("interfaces"))) {
            wrong(
                    path + ".networkNamespace",
                    namespace,
                    "it excludes interfaces",
                    "move the interfaces into that namespace, or remove one of the two");
        }
    }

    private void pair(String at, JsonNode pair) {
        boolean bridged = isSet(pair.path("hostBridge"));
        for (String option : List.of("hostAddress", "hostAddress6")) {
            if (bridged && isSet(pair.path(option))) {
                wrong(
                        at + "." + option,
                        pair.get(option),
                        "it excludes hostBridge",
                        "give the address to the bridge itself, or remove hostBridge");
            }
        }
        for (String option : List.of("localAddress", "localAddress6")) {
            boolean prefixed = pair.path(option).asText().indexOf('/') >= 0;
            if (isSet(pair.path(option)) && bridged != prefixed) {
                wrong(
                        at + "." + option,
                        pair.get(option),
                        bridged ? "on a bridge it needs a prefix length" : "it has a prefix length but no hostBridge",
                        bridged ? "append one, such as /24" : "remove the prefix length: the pair is point-to-point");
            }
        }
    }

    private void extraVeth(java.util.Map.Entry<String, JsonNode> veth) {
        String at = path + ".extraVeths." + veth.getKey();
        if (veth.getKey().equals("host0")
                || veth.getKey().equals("eth0")
                || veth.getKey().equals("lo")) {
            wrong(at, veth.getValue(), "the interface name is already used in the container", "choose another name");
        }
        pair(at, veth.getValue());
    }

    private void ports() {
        var taken = new HashSet<String>();
        JsonNode ports = values.path("forwardPorts");
        for (int i = 0; i < ports.size(); i++) {
            JsonNode port = ports.get(i);
            String at = path + ".forwardPorts[" + i + "]";
            if (!port.has("hostPort")) {
                missing(at + ".hostPort", port, "give the port on the host");
            } else if (!taken.add(port.path("protocol").asText() + port.path("hostPort"))) {
                wrong(
                        at + ".hostPort",
                        port.get("hostPort"),
                        "this host port is already forwarded",
                        "choose another port, or remove one of the two");
            }
        }
    }

    private void devices() {
        JsonNode devices = values.path("allowedDevices");
        for (int i = 0; i < devices.size(); i++) {
            for (String field : List.of("node", "modifier")) {
                if (!devices.get(i).has(field)) {
                    missing(path + ".allowedDevices[" + i + "]." + field, devices.get(i), "give it");
                }
            }
        }
    }

    private void flags() {
        JsonNode flags = values.path("extraFlags");
        for (int i = 0; i < flags.size(); i++) {
            String flag = flags.get(i).asText();
            String name = flag.contains("=") ? flag.substring(0, flag.indexOf('=')) : flag;
            if (!LONG_FLAG.matcher(name).matches()) {
                wrong(
                        path + ".extraFlags[" + i + "]",
                        flags.get(i),
                        "it is not a long option of systemd-nspawn",
                        "write --name or --name=value, in one element");
            } else if (flag.chars().anyMatch(Character::isISOControl)) {
                wrong(
                        path + ".extraFlags[" + i + "]",
                        flags.get(i),
                        "it has control characters",
                        "remove them; use environment for variables of any text");
            } else if (isOwn(name)) {
                wrong(
                        path + ".extraFlags[" + i + "]",
                        flags.get(i),
                        "Hatchery sets this flag itself",
                        "use the option of the container for it");
            }
        }
    }

    /** getopt_long(3) accepts any unambiguous prefix of a long option. */
    private static boolean isOwn(String flag) {
        return OWN_FLAGS.stream().anyMatch(own -> own.startsWith(flag));
    }
}
