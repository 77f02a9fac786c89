package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.Confinement;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.json.Json;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Turns merged options into a spec's JSON: one payload, dependent defaults, and groups of options left out where all are defaults. */
final class SpecShaper {
    static final String NAMESPACE = "networkNamespace";
    static final Map<String, String> ADDRESS_OPTIONS =
            Map.of("host", "hostAddress", "host6", "hostAddress6", "local", "localAddress", "local6", "localAddress6");
    private static final Set<String> NETWORK = Options.names(NetworkOptions.all());
    private static final Set<String> CONFINEMENT = Options.names(ConfinementOptions.all());
    private static final Set<String> NOT_IN_SPECS = Options.container().options().stream()
            .filter(option -> option.inSpec() == null)
            .map(Option::name)
            .collect(Collectors.toUnmodifiableSet());

    private static final ObjectNode DEFAULT_CONFINEMENT = Json.tree(Confinement.DEFAULT);

    private SpecShaper() {}

    static ObjectNode of(ContainerName name, ObjectNode values) {
        // The inner values are shared: none is changed in place.
        ObjectNode spec = Json.object().setAll(values);
        spec.remove(PayloadOptions.NAMES);
        spec.remove(NOT_IN_SPECS);
        boolean program = payload(spec.putObject("payload"), values);
        boolean ephemeral = values.path("ephemeral").asBoolean();
        setDefault(spec, "root", (ephemeral ? "/run/hatchery/roots/" : "/var/lib/containers/") + name);
        setDefault(spec, "readiness", program ? "started" : "notify");
        setDefault(spec, "killSignal", program ? "SIGTERM" : "SIGRTMIN+3");
        binds(spec.putArray("bindMounts"), values);
        network(spec, values);
        confinement(spec, values);
        if (spec.path("limits").isEmpty()) {
            spec.remove("limits");
        }
        if (values.path("copyResolvConf").asBoolean()) {
            spec.remove("copyResolvConf");
        }
        boolean evaluated = PayloadOptions.isGiven(values.get("config")) || values.has("flake");
        if (!values.path("rollbackOnFailure").asBoolean(evaluated)) {
            spec.remove("rollbackOnFailure");
        } else {
            spec.put("rollbackOnFailure", true);
        }
        if (!values.path("reloadIfChanged").asBoolean()) {
            spec.remove("reloadIfChanged");
        }
        return spec;
    }

    private static boolean payload(ObjectNode payload, ObjectNode values) {
        if (PayloadOptions.isGiven(values.get("path"))) {
            payload.put("type", "path").set("path", values.get("path"));
        } else if (PayloadOptions.isGiven(values.get("boot"))) {
            payload.put("type", "boot");
        } else if (PayloadOptions.isGiven(values.get("command"))) {
            payload.put("type", "command").set("command", values.get("command"));
            return true;
        }
        return false;
    }

    private static void binds(ArrayNode binds, ObjectNode values) {
        values.withObject("bindMounts").properties().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(mount -> {
                    ObjectNode bind = binds.addObject().put("mountPoint", mount.getKey());
                    bind.setAll((ObjectNode) mount.getValue());
                    setDefault(bind, "hostPath", mount.getKey());
                });
    }

    private static void network(ObjectNode spec, ObjectNode values) {
        spec.remove(NETWORK);
        boolean isPrivate = values.path("privateNetwork").asBoolean();
        boolean joins = values.has(NAMESPACE);
        boolean given =
                !values.path("interfaces").isEmpty() || !values.path("macvlans").isEmpty();
        if (!isPrivate && !joins && !given) {
            return;
        }
        ObjectNode network = spec.putObject("network").put("isPrivate", isPrivate);
        network.set("addresses", addresses(values));
        copy(values, "localMacAddress", network, "localMacAddress");
        copy(values, "hostBridge", network, "hostBridge");
        ArrayNode ports = network.putArray("forwardPorts");
        for (JsonNode port : values.path("forwardPorts")) {
            ObjectNode forward = ports.addObject();
            forward.setAll((ObjectNode) port);
            if (!forward.has("containerPort")) {
                forward.set("containerPort", port.get("hostPort"));
            }
        }
        extraVeths(network.putArray("extraVeths"), values);
        copy(values, "interfaces", network, "interfaces");
        copy(values, "macvlans", network, "macvlans");
        copy(values, NAMESPACE, network, "namespace");
    }

    private static void extraVeths(ArrayNode veths, ObjectNode values) {
        values.withObject("extraVeths").properties().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> {
                    ObjectNode veth = veths.addObject().put("name", entry.getKey());
                    copy(entry.getValue(), "hostBridge", veth, "hostBridge");
                    veth.set("addresses", addresses(entry.getValue()));
                    copy(entry.getValue(), "localMacAddress", veth, "localMacAddress");
                });
    }

    private static ObjectNode addresses(JsonNode pair) {
        ObjectNode addresses = Json.object();
        ADDRESS_OPTIONS.forEach((end, option) -> copy(pair, option, addresses, end));
        return addresses;
    }

    private static void confinement(ObjectNode spec, ObjectNode values) {
        spec.remove(CONFINEMENT);
        ObjectNode confinement = Json.object();
        CONFINEMENT.forEach(option -> copy(values, option, confinement, option));
        if (!values.path("nixDaemon").asBoolean()) {
            confinement.remove("nixDaemon");
        }
        if (!confinement.equals(DEFAULT_CONFINEMENT)) {
            spec.set("confinement", confinement);
        }
    }

    private static void copy(JsonNode from, String option, ObjectNode to, String field) {
        JsonNode value = from.get(option);
        if (value != null) {
            to.set(field, value);
        }
    }

    private static void setDefault(ObjectNode object, String field, String value) {
        if (!object.has(field)) {
            object.put(field, value);
        }
    }
}
