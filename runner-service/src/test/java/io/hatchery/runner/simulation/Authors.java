package io.hatchery.runner.simulation;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Make up definitions and profiles. */
final class Authors {
    static final String VERSION = "v";
    static final List<String> PROFILES = List.of("p0", "p1");
    /** By index of a host its label {@code zone}; there is one more that no host has. */
    static final List<String> ZONES = List.of("north", "south", "nowhere");

    private static final String[] RESTART = {"on-failure", "on-failure", "always", "no"};
    private static final int FIRST_PORT = 8000;
    private static final int SHARED_PORTS = 2;
    private static final int HUGE = 1_500_000;
    private static final int WRONG_KEYS = 20_000;

    private final World world;
    private final List<HostName> hosts;
    private boolean huge;
    private int versions;
    private int environments;
    private int systems;

    Authors(World world, List<HostName> hosts) {
        this.world = world;
        this.hosts = hosts;
    }

    /**
     * A definition.
     *
     * @param number of the container, for what is its own
     * @param home where it is to be, if it names a host
     */
    SimulatedDefinition definition(ContainerName container, int number, HostName home, @Nullable Long expected) {
        boolean open = world.happens(Fault.HOST_IS_LEFT_OPEN);
        String zone =
                open && world.happens(Fault.LABEL_IS_REQUIRED) ? ZONES.get(world.random.nextInt(ZONES.size())) : null;
        var profiles = new ArrayList<String>();
        for (String profile : PROFILES) {
            if (world.happens(Fault.PROFILE_IS_NAMED)) {
                profiles.add(profile);
            }
        }
        int port = 0;
        if (world.happens(Fault.PORT_IS_FORWARDED)) {
            port = world.happens(Fault.PORT_IS_SHARED)
                    ? FIRST_PORT + world.random.nextInt(SHARED_PORTS)
                    : FIRST_PORT + SHARED_PORTS + number;
        }
        String system = null;
        if (world.happens(Fault.SYSTEM_IS_CONFIGURED)) {
            boolean again = systems > 0 && world.random.nextInt(4) == 0;
            system = SimulatedSystems.of(world, again ? systems : ++systems);
        }
        huge = world.happens(Fault.DEFINITION_IS_HUGE);
        boolean isGood = !huge && !world.happens(Fault.DEFINITION_IS_BAD);
        return new SimulatedDefinition(
                container, ++versions, isGood, open ? null : home, zone, profiles, port, system, expected);
    }

    /** A home, now and then another than the last. */
    HostName home(@Nullable HostName last, int number) {
        boolean moves = world.random.nextInt(6) == 0;
        return moves
                ? hosts.get(world.random.nextInt(hosts.size()))
                : last == null ? hosts.get(number % hosts.size()) : last;
    }

    String text(SimulatedDefinition definition) {
        if (world.random.nextInt(3) == 0) {
            environments++;
        }
        var text = new StringBuilder("{\"root\":\"/srv/" + definition.container() + "\"");
        text.append(",\"description\":\"")
                .append(VERSION)
                .append(definition.version())
                .append('"');
        text.append(",\"environment\":{\"E\":\"").append(environments).append("\"}");
        if (definition.host() != null) {
            text.append(",\"host\":\"").append(definition.host()).append('"');
        }
        if (definition.zone() != null) {
            text.append(",\"hostSelector\":{\"zone\":\"")
                    .append(definition.zone())
                    .append("\"}");
        }
        if (!definition.profiles().isEmpty()) {
            text.append(",\"profiles\":[\"")
                    .append(String.join("\",\"", definition.profiles()))
                    .append("\"]");
        }
        if (definition.port() != 0) {
            text.append(",\"privateNetwork\":true,\"forwardPorts\":[{\"hostPort\":")
                    .append(definition.port())
                    .append("}]");
        }
        text.append(definition.system() == null ? ",\"boot\":true" : system(definition.system()));
        text.append(",\"autoStart\":").append(world.random.nextBoolean());
        text.append(",\"restartIfChanged\":").append(world.random.nextBoolean());
        text.append(",\"restart\":\"")
                .append(RESTART[world.random.nextInt(RESTART.length)])
                .append('"');
        text.append(",\"readiness\":\"")
                .append(world.random.nextInt(4) == 0 ? "started" : "notify")
                .append('"');
        text.append(",\"startTimeout\":\"")
                .append(world.random.nextInt(12) == 0 ? "infinity" : 5 + world.random.nextInt(30) + "s")
                .append('"');
        text.append(",\"stopTimeout\":\"").append(1 + world.random.nextInt(60)).append("s\"");
        if (huge) {
            text.append(world.random.nextBoolean() ? wrongKeys() : ",\"labels\":{\"l\":\"" + "l".repeat(HUGE) + "\"}");
        }
        return text.append(definition.isGood() ? "}" : ",\"bogus\":1}").toString();
    }

    private static String wrongKeys() {
        var keys = new StringBuilder();
        for (int i = 0; i < WRONG_KEYS; i++) {
            keys.append(",\"wrong").append(i).append("\":1");
        }
        return keys.toString();
    }

    /** One that cannot be built can only be declared by its source. */
    private String system(String system) {
        if (!SimulatedSystems.isBroken(system) && world.random.nextInt(3) == 0) {
            return ",\"path\":\"" + SimulatedSystems.path(system) + "\",\"rollbackOnFailure\":"
                    + world.random.nextBoolean();
        }
        return ",\"config\":\"" + system + "\"" + (world.random.nextInt(4) == 0 ? ",\"rollbackOnFailure\":false" : "");
    }

    /** A version of a profile; null if it is deleted. */
    @Nullable
    String profile(String name) {
        if (world.random.nextInt(5) == 0) {
            return null;
        }
        int version = ++versions;
        return "{\"labels\":{\"" + name + "\":\"" + version + "\"}"
                + (world.random.nextBoolean() ? ",\"environment\":{\"" + name + "\":\"" + version + "\"}" : "")
                + (world.random.nextInt(8) == 0 ? ",\"bogus\":1}" : "}");
    }
}
