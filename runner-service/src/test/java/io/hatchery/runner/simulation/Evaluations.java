package io.hatchery.runner.simulation;

import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Evaluation.State;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import io.hatchery.spec.json.UnreadableException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the last evaluation of each container must say, once nothing has gone wrong for a while. */
final class Evaluations {
    private final World world;
    private final Declared declared;
    private final List<SimulatedHost> hosts;
    private final boolean clocksAreRight;
    private final Map<ContainerName, Evaluation> evaluations = new TreeMap<>();

    Evaluations(
            World world, SimulatedKafka kafka, Declared declared, List<SimulatedHost> hosts, boolean clocksAreRight) {
        this.world = world;
        this.declared = declared;
        this.hosts = hosts;
        this.clocksAreRight = clocksAreRight;
        kafka.latest(Topics.EVALUATIONS.name()).values().forEach(raw -> {
            var record = new BusRecord(raw);
            if (record.header(Intruder.MARK).isEmpty() && !record.isDeletion()) {
                try {
                    Evaluation evaluation = record.value(Evaluation.class);
                    evaluations.put(evaluation.container(), evaluation);
                } catch (UnreadableException e) {
                    throw new AssertionError(e);
                }
            }
        });
    }

    /** The spec that a container has by its last evaluation; null if it has none. */
    @Nullable
    ContainerSpec inForce(ContainerName container) {
        Evaluation evaluation = evaluations.get(container);
        return evaluation == null ? null : evaluation.spec();
    }

    /** Whether the last definition of a container is in force. */
    boolean isEvaluated(ContainerName container) {
        Evaluation evaluation = evaluations.get(container);
        return evaluation != null && evaluation.state() == State.EVALUATED;
    }

    void check() {
        declared.containers().forEach(this::check);
        var taken = new HashSet<String>();
        for (Evaluation evaluation : evaluations.values()) {
            ContainerSpec spec = evaluation.spec();
            for (int port : spec == null ? new int[0] : ports(spec)) {
                world.check(
                        spec == null || taken.add(spec.host() + ":" + port),
                        () -> "two containers have port " + port + " of a host: " + evaluation);
            }
        }
    }

    static int[] ports(ContainerSpec spec) {
        return spec.network() == null
                ? new int[0]
                : spec.network().forwardPorts().stream()
                        .mapToInt(port -> port.hostPort())
                        .toArray();
    }

    private void check(ContainerName container) {
        Declared.Defined defined = declared.of(container);
        Evaluation now = evaluations.get(container);
        SimulatedDefinition definition = defined.definition;
        if (definition == null) {
            world.check(
                    now == null || now.state() == State.DELETED && now.releasingHost() == null,
                    () -> "it is not defined, and its evaluation is " + now);
            return;
        }
        if (now == null) {
            world.check(false, () -> "it is defined and not evaluated: " + definition);
            return;
        }
        world.check(
                now.revision() == defined.revision,
                () -> "revision " + defined.revision + " is the last, and evaluated is " + now);
        world.check(now.releasingHost() == null, () -> "a host never released it: " + now);
        switch (now.state()) {
            case EVALUATED -> evaluated(definition, now);
            case FAILED ->
                world.check(
                        isWrong(definition) || clashes(definition, now),
                        () -> "nothing is wrong with it: " + definition + ", " + now);
            case UNPLACED ->
                world.check(
                        definition.host() == null && !hasHost(definition) && !isWrong(definition),
                        () -> "there is a host for it: " + definition + ", " + now);
            case BUILDING, MOVING, DELETED -> world.check(false, () -> "it is not settled: " + definition + ", " + now);
        }
    }

    private void evaluated(SimulatedDefinition definition, Evaluation now) {
        ContainerSpec spec = now.spec();
        world.check(!isWrong(definition), () -> "it is wrong, and is evaluated: " + definition + ", " + now);
        if (spec == null) {
            world.check(false, () -> "it is evaluated and has no spec: " + now);
            return;
        }
        world.check(
                (Authors.VERSION + definition.version()).equals(spec.description()),
                () -> "another version is in force than " + definition + ": " + spec);
        world.check(
                definition.host() == null || definition.host().equals(spec.host()),
                () -> "it is on another host than " + definition + ": " + spec);
        for (String name : definition.profiles()) {
            Declared.Profile profile = declared.profile(name);
            world.check(
                    profile != null && profile.version().equals(spec.labels().get(name)),
                    () -> "profile " + name + " is " + profile + ", and its spec is " + spec);
        }
        String system = definition.system();
        world.check(
                system == null
                        ? spec.payload() instanceof Payload.Boot
                        : spec.payload().equals(new Payload.SystemPath(SimulatedSystems.path(system))),
                () -> "it runs another system than " + definition + ": " + spec);
        int[] ports = ports(spec);
        world.check(
                definition.port() == 0 ? ports.length == 0 : ports.length == 1 && ports[0] == definition.port(),
                () -> "it has another port than " + definition + ": " + spec);
    }

    /** Whether it can never be in force as things are, whatever the hosts. */
    private boolean isWrong(SimulatedDefinition definition) {
        boolean profilesAreGood = definition.profiles().stream()
                .map(declared::profile)
                .allMatch(profile -> profile != null && profile.isGood());
        return !definition.isGood()
                || !profilesAreGood
                || definition.system() != null && SimulatedSystems.isBroken(definition.system());
    }

    private boolean hasHost(SimulatedDefinition definition) {
        return hosts.stream()
                .filter(host -> clocksAreRight && host.isClockRight()) // else its heartbeats are refused, or old
                .anyMatch(host -> definition.zone() == null || definition.zone().equals(host.zone()));
    }

    /** Whether another container has its port, where it may be. */
    private boolean clashes(SimulatedDefinition definition, Evaluation now) {
        return evaluations.values().stream()
                .filter(other -> !other.container().equals(now.container()))
                .map(Evaluation::spec)
                .anyMatch(spec -> spec != null
                        && (definition.host() == null || definition.host().equals(spec.host()))
                        && Arrays.stream(ports(spec)).anyMatch(port -> port == definition.port()));
    }
}
