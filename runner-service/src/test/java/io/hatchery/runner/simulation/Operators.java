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
    private static final long LONGEST_PAUSE = 40_000_000;
    private static final long SOON = 1_000_000;
    private static final Verb[] VERBS = {Verb.START, Verb.START, Verb.STOP, Verb.RESTART, Verb.KILL};

    private final World world;
    private final SimulatedKafka kafka;
    private final InvariantChecker truth;
    private final List<HostName> hosts;
    private final List<ContainerName> containers = new ArrayList<>();
    private final Map<ContainerName, HostName> homes = new HashMap<>();
    private final Authors authors;
    private int definitions;
    private int profiles;
    private int commands;
    private boolean done;

    Operators(World world, SimulatedKafka kafka, InvariantChecker truth, List<HostName> hosts, int containers) {
        this.world = world;
        this.kafka = kafka;
        this.truth = truth;
        this.hosts = hosts;
        this.authors = new Authors(world, hosts);
        for (int i = 0; i < containers; i++) {
            this.containers.add(new ContainerName("c" + i));
        }
    }

    /** Also after they went home. */
    void begin() {
        done = false;
        if (world.random.nextBoolean()) {
            Authors.PROFILES.forEach(this::profile);
        }
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
            case 5 -> profile(Authors.PROFILES.get(world.random.nextInt(Authors.PROFILES.size())));
            default -> command(container);
        }
    }

    private void define(ContainerName container) {
        int number = containers.indexOf(container);
        HostName home = authors.home(homes.get(container), number);
        homes.put(container, home);
        var record = record(Topics.DEFINITIONS.name(), container.value(), null, "d" + ++definitions);
        SimulatedDefinition definition = authors.definition(container, number, home, expectation(record, container));
        truth.declared().define("d" + definitions, definition);
        write(with(record, authors.text(definition)));
    }

    private void profile(String name) {
        write(record(Topics.PROFILES.name(), name, authors.profile(name), "p" + ++profiles));
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
        long expected =
                world.random.nextBoolean() ? truth.declared().of(container).revision : world.random.nextInt(5) - 1;
        record.headers().add(Headers.IF_MATCH, Long.toString(expected).getBytes(StandardCharsets.UTF_8));
        return expected;
    }

    private void command(ContainerName container) {
        Verb verb = VERBS[world.random.nextInt(VERBS.length)];
        HostName home = truth.home(container);
        String topic = Topics.commands(home == null ? hosts.get(world.random.nextInt(hosts.size())) : home)
                .name();
        String id = "k" + ++commands;
        Instant deadline =
                world.happens(Fault.COMMAND_EXPIRES) ? world.instant().plusSeconds(world.random.nextInt(20)) : null;
        boolean waits = world.random.nextInt(10) == 0;
        int generation = 1 + world.random.nextInt(6);
        String text = "{\"command\":\"" + verb.word() + "\",\"container\":\"" + container + "\",\"requestedBy\":\"ann\""
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

    private static ProducerRecord<byte[], byte[]> with(ProducerRecord<byte[], byte[]> record, String text) {
        return new ProducerRecord<>(
                record.topic(), null, record.key(), text.getBytes(StandardCharsets.UTF_8), record.headers());
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
