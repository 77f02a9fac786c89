package io.hatchery.runner.simulation;

import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** People who define, command and delete, without a plan. */
final class Operators {
    static final String VERSION = "v";

    private static final long LONGEST_PAUSE = 40_000_000;
    private static final long SOON = 1_000_000;
    private static final String[] RESTART = {"on-failure", "on-failure", "always", "no"};
    private static final Verb[] VERBS = {Verb.START, Verb.START, Verb.STOP, Verb.RESTART, Verb.KILL};

    private final World world;
    private final SimulatedKafka kafka;
    private final Truth truth;
    private final List<HostName> hosts;
    private final List<ContainerName> containers = new ArrayList<>();
    private final Map<ContainerName, HostName> homes = new HashMap<>();
    private int versions;
    private int environments;
    private int commands;
    private boolean done;

    Operators(World world, SimulatedKafka kafka, Truth truth, List<HostName> hosts, int containers) {
        this.world = world;
        this.kafka = kafka;
        this.truth = truth;
        this.hosts = hosts;
        for (int i = 0; i < containers; i++) {
            this.containers.add(new ContainerName("c" + i));
        }
    }

    void begin() {
        containers.forEach(this::define);
        actLater();
    }

    void goHome() {
        done = true;
    }

    private void actLater() {
        world.after(world.between(1_000, LONGEST_PAUSE), null, "", () -> {
            if (!done) {
                act();
                actLater();
            }
        });
    }

    private void act() {
        ContainerName container = containers.get(world.random.nextInt(containers.size()));
        switch (world.random.nextInt(20)) {
            case 0, 1, 2 -> define(container);
            case 3 -> {
                define(container);
                world.after(world.between(0, SOON), null, "", () -> define(container));
            }
            case 4 -> delete(container);
            default -> command(container);
        }
    }

    private HostName hostOf(ContainerName container) {
        return homes.computeIfAbsent(container, c -> hosts.get(containers.indexOf(c) % hosts.size()));
    }

    private void mayMove(ContainerName container) {
        if (world.random.nextInt(6) == 0) {
            homes.put(container, hosts.get(world.random.nextInt(hosts.size())));
        }
    }

    private void define(ContainerName container) {
        int version = ++versions;
        boolean bad = world.happens(Fault.DEFINITION_IS_BAD);
        if (world.random.nextInt(3) == 0) {
            environments++;
        }
        mayMove(container);
        HostName host = hostOf(container);
        String text = "{\"host\":\"" + host + "\",\"root\":\"/srv/" + container + "\",\"boot\":true"
                + ",\"description\":\"" + VERSION + version + "\",\"environment\":{\"E\":\"" + environments + "\"}"
                + ",\"autoStart\":" + world.random.nextBoolean()
                + ",\"restartIfChanged\":" + world.random.nextBoolean()
                + ",\"restart\":\"" + RESTART[world.random.nextInt(RESTART.length)] + "\""
                + ",\"readiness\":\"" + (world.random.nextInt(4) == 0 ? "started" : "notify") + "\""
                + ",\"startTimeout\":\""
                + (world.random.nextInt(12) == 0 ? "infinity" : 5 + world.random.nextInt(30) + "s") + "\""
                + ",\"stopTimeout\":\"" + (1 + world.random.nextInt(60)) + "s\""
                + (bad ? ",\"bogus\":1" : "")
                + "}";
        var record = record(Topics.DEFINITIONS.name(), container.value(), text, "d" + version);
        truth.definition("d" + version, container, host, version, !bad, expectation(record, container));
        write(record);
    }

    private void delete(ContainerName container) {
        String id = "x" + ++commands;
        var record = record(Topics.DEFINITIONS.name(), container.value(), null, id);
        boolean purge = world.random.nextBoolean();
        if (purge) {
            record.headers().add(Headers.PURGE, "true".getBytes(StandardCharsets.UTF_8));
        }
        truth.deletion(id, container, purge, expectation(record, container));
        write(record);
    }

    /** Says now and then which revision it means to replace, rightly or not. */
    private @Nullable Long expectation(ProducerRecord<byte[], byte[]> record, ContainerName container) {
        if (world.random.nextInt(6) != 0) {
            return null;
        }
        long expected = world.random.nextBoolean() ? truth.revision(container) : world.random.nextInt(5) - 1;
        record.headers().add(Headers.IF_MATCH, Long.toString(expected).getBytes(StandardCharsets.UTF_8));
        return expected;
    }

    private void command(ContainerName container) {
        Verb verb = VERBS[world.random.nextInt(VERBS.length)];
        String topic = Topics.commands(hostOf(container)).name();
        String id = "k" + ++commands;
        Instant deadline =
                world.happens(Fault.COMMAND_EXPIRES) ? world.instant().plusSeconds(world.random.nextInt(20)) : null;
        boolean waits = world.random.nextInt(10) == 0;
        int generation = 1 + world.random.nextInt(6);
        String text = "{\"command\":\"" + verb.word() + "\",\"container\":\"" + container + "\",\"by\":\"ann\""
                + (deadline == null ? "" : ",\"deadline\":\"" + deadline + "\"")
                + (waits ? ",\"generation\":" + generation : "") + "}";
        truth.command(id, verb, container, waits ? generation : 0, deadline);
        var record = record(topic, container.value(), text, id);
        if (world.happens(Fault.COMMAND_DELAYED)) {
            world.after(world.between(0, LONGEST_PAUSE), null, "a delayed command arrives", () -> write(record));
        } else {
            write(record);
        }
        if (world.happens(Fault.COMMAND_DUPLICATED)) {
            world.after(world.between(0, 3 * LONGEST_PAUSE), null, "a command comes twice", () -> write(record));
        }
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, String key, @Nullable String text, String id) {
        var record = new ProducerRecord<byte[], byte[]>(
                topic,
                key.getBytes(StandardCharsets.UTF_8),
                text == null ? null : text.getBytes(StandardCharsets.UTF_8));
        record.headers().add(Headers.ID, id.getBytes(StandardCharsets.UTF_8));
        return record;
    }

    /** Tries until it is there. */
    private void write(ProducerRecord<byte[], byte[]> record) {
        if (kafka.isAway()) {
            world.after(Duration.ofSeconds(2), null, "", () -> write(record));
        } else {
            kafka.append(record, 0);
        }
    }
}
