package io.hatchery.spec;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What differs between two specs of one container, by the names of options.
 *
 * @param live options that a running container takes on without a restart
 * @param restart options that only a restart brings into force
 */
public record SpecChange(SortedSet<String> live, SortedSet<String> restart) {
    private static final Set<String> LIVE = Set.of(
            "autoStart",
            "restartIfChanged",
            "reloadIfChanged",
            "rollbackOnFailure",
            "startTimeout",
            "stopTimeout",
            "restart",
            "limits",
            "labels",
            "description");
    private static final Network SHARED =
            new Network(false, Addresses.NONE, null, null, List.of(), List.of(), List.of(), List.of(), null);
    private static final Map<String, Function<ContainerSpec, @Nullable Object>> OPTIONS = options();

    /** Keeps immutable copies. */
    public SpecChange {
        live = Collections.unmodifiableSortedSet(new TreeSet<>(live));
        restart = Collections.unmodifiableSortedSet(new TreeSet<>(restart));
    }

    /** Compares two specs, whatever their generations. */
    public static SpecChange between(ContainerSpec before, ContainerSpec after) {
        var live = new TreeSet<String>();
        var restart = new TreeSet<String>();
        OPTIONS.forEach((name, value) -> {
            if (!Objects.equals(value.apply(before), value.apply(after))) {
                (LIVE.contains(name) ? live : restart).add(name);
            }
        });
        return new SpecChange(live, restart);
    }

    private static Map<String, Function<ContainerSpec, @Nullable Object>> options() {
        var options = new TreeMap<String, Function<ContainerSpec, @Nullable Object>>();
        options.put("path", spec -> spec.payload() instanceof Payload.SystemPath path ? path : null);
        options.put("boot", spec -> spec.payload() instanceof Payload.Boot);
        options.put("command", spec -> spec.payload() instanceof Payload.Program program ? program : null);
        options.put("host", ContainerSpec::host);
        options.put("root", ContainerSpec::root);
        options.put("environment", ContainerSpec::environment);
        options.put("bindMounts", ContainerSpec::bindMounts);
        options.put("tmpfs", ContainerSpec::tmpfs);
        options.put("ephemeral", ContainerSpec::ephemeral);
        options.put("autoStart", ContainerSpec::autoStart);
        options.put("restartIfChanged", ContainerSpec::restartIfChanged);
        options.put("reloadIfChanged", spec -> Boolean.TRUE.equals(spec.reloadIfChanged()));
        options.put("rollbackOnFailure", spec -> Boolean.TRUE.equals(spec.rollbackOnFailure()));
        options.put("startTimeout", ContainerSpec::startTimeout);
        options.put("stopTimeout", ContainerSpec::stopTimeout);
        options.put("restart", ContainerSpec::restart);
        options.put("readiness", ContainerSpec::readiness);
        options.put("killSignal", ContainerSpec::killSignal);
        options.put("copyResolvConf", ContainerSpec::copyResolvConf);
        options.put("limits", ContainerSpec::limits);
        options.put("labels", ContainerSpec::labels);
        options.put("description", ContainerSpec::description);
        options.put("privateNetwork", network(Network::isPrivate));
        options.put("hostAddress", network(network -> network.addresses().host()));
        options.put("hostAddress6", network(network -> network.addresses().host6()));
        options.put("localAddress", network(network -> network.addresses().local()));
        options.put("localAddress6", network(network -> network.addresses().local6()));
        options.put("localMacAddress", network(Network::localMacAddress));
        options.put("hostBridge", network(Network::hostBridge));
        options.put("forwardPorts", network(Network::forwardPorts));
        options.put("extraVeths", network(Network::extraVeths));
        options.put("interfaces", network(Network::interfaces));
        options.put("macvlans", network(Network::macvlans));
        options.put("networkNamespace", network(Network::namespace));
        options.put("privateUsers", confinement(Confinement::privateUsers));
        options.put("additionalCapabilities", confinement(Confinement::additionalCapabilities));
        options.put("enableTun", confinement(Confinement::enableTun));
        options.put("allowedDevices", confinement(Confinement::allowedDevices));
        options.put("extraFlags", confinement(Confinement::extraFlags));
        options.put("nixDaemon", confinement(confinement -> Boolean.TRUE.equals(confinement.nixDaemon())));
        return options;
    }

    private static Function<ContainerSpec, @Nullable Object> network(Function<Network, @Nullable Object> value) {
        return spec -> value.apply(spec.network() == null ? SHARED : spec.network());
    }

    private static Function<ContainerSpec, @Nullable Object> confinement(
            Function<Confinement, @Nullable Object> value) {
        return spec -> value.apply(spec.confinement() == null ? Confinement.DEFAULT : spec.confinement());
    }

    /** Whether the change needs a restart to come into force. */
    public boolean needsRestart() {
        return !restart.isEmpty();
    }

    /** Whether nothing differs. */
    @JsonIgnore
    public boolean isEmpty() {
        return live.isEmpty() && restart.isEmpty();
    }
}
