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
        SpecBuilder wish = defined.wish;
        if (wish == null) {
            world.check(
                    now == null || now.state() == State.DELETED && now.releasingHost() == null,
                    () -> "it is not defined, and its evaluation is " + now);
            return;
        }
        if (now == null) {
            world.check(false, () -> "it is defined and not evaluated: " + wish);
            return;
        }
        world.check(
                now.revision() == defined.revision,
                () -> "revision " + defined.revision + " is the last, and evaluated is " + now);
        world.check(now.releasingHost() == null, () -> "a host never released it: " + now);
        switch (now.state()) {
            case EVALUATED -> evaluated(wish, now);
            case FAILED ->
                world.check(
                        isWrong(wish) || clashes(wish, now), () -> "nothing is wrong with it: " + wish + ", " + now);
            case UNPLACED ->
                world.check(
                        wish.host() == null && !hasHost(wish) && !isWrong(wish),
                        () -> "there is a host for it: " + wish + ", " + now);
            case BUILDING, MOVING, DELETED -> world.check(false, () -> "it is not settled: " + wish + ", " + now);
        }
    }

    private void evaluated(SpecBuilder wish, Evaluation now) {
        ContainerSpec spec = now.spec();
        world.check(!isWrong(wish), () -> "it is wrong, and is evaluated: " + wish + ", " + now);
        if (spec == null) {
            world.check(false, () -> "it is evaluated and has no spec: " + now);
            return;
        }
        world.check(
                (Authors.VERSION + wish.version()).equals(spec.description()),
                () -> "another version is in force than " + wish + ": " + spec);
        world.check(
                wish.host() == null || wish.host().equals(spec.host()),
                () -> "it is on another host than " + wish + ": " + spec);
        for (String name : wish.profiles()) {
            Declared.Profile profile = declared.profile(name);
            world.check(
                    profile != null && profile.version().equals(spec.labels().get(name)),
                    () -> "profile " + name + " is " + profile + ", and its spec is " + spec);
        }
        String system = wish.system();
        world.check(
                system == null
                        ? spec.payload() instanceof Payload.Boot
                        : spec.payload().equals(new Payload.SystemPath(SimulatedSystems.path(system))),
                () -> "it runs another system than " + wish + ": " + spec);
        int[] ports = ports(spec);
        world.check(
                wish.port() == 0 ? ports.length == 0 : ports.length == 1 && ports[0] == wish.port(),
                () -> "it has another port than " + wish + ": " + spec);
    }

    /** Whether it can never be in force as things are, whatever the hosts. */
    private boolean isWrong(SpecBuilder wish) {
        boolean profilesAreGood = wish.profiles().stream()
                .map(declared::profile)
                .allMatch(profile -> profile != null && profile.isGood());
        return !wish.isGood() || !profilesAreGood || wish.system() != null && SimulatedSystems.isBroken(wish.system());
    }

    private boolean hasHost(SpecBuilder wish) {
        return hosts.stream()
                .filter(host -> clocksAreRight && host.isClockRight()) // else its heartbeats are refused, or old
                .anyMatch(host -> wish.zone() == null || wish.zone().equals(host.zone()));
    }

    /** Whether another container has its port, where it may be. */
    private boolean clashes(SpecBuilder wish, Evaluation now) {
        return evaluations.values().stream()
                .filter(other -> !other.container().equals(now.container()))
                .map(Evaluation::spec)
                .anyMatch(spec -> spec != null
                        && (wish.host() == null || wish.host().equals(spec.host()))
                        && Arrays.stream(ports(spec)).anyMatch(port -> port == wish.port()));
    }
}
