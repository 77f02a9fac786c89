package io.hatchery.runner.simulation;

import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Writes records that no service can handle, to every topic that a service reads. */
final class Intruder {
    /** On every record of an intruder: the reader that is to send it to the dead letters, or may do so after {@link #MAY}. */
    static final String MARK = "simulated_hostile";

    static final String MAY = "?";

    /** As config-service is called on a dead letter. */
    static final String CONFIG = "hatchery-config";

    private static final byte[] OVERTAKEN = "z".getBytes(StandardCharsets.UTF_8);
    private static final int DEEP = 3_000;
    private static final String[] NO_OBJECTS = {"", "null", "17", "\"start\"", "[1,2]", "{\"a\":1", "{\"a\":1}{}"};
    private static final String[] NO_NAMES = {"", "Not A Name", "-a", "ä", "x/y"};
    private static final String[] NO_IDS = {"a b", "\u00fc", "x".repeat(400)};

    private static final Form COMMAND =
            new Form(List.of("\"command\":\"stop\"", "\"container\":\"KEY\"", "\"generation\":1"), 2);
    private static final Form EVALUATION = new Form(
            List.of(
                    "\"container\":\"KEY\"",
                    "\"state\":\"failed\"",
                    "\"errors\":[]",
                    "\"revision\":1",
                    "\"evaluatedRevision\":1",
                    "\"systems\":[]"),
            3);
    private static final Form STATUS = new Form(
            List.of(
                    "\"container\":\"KEY\"",
                    "\"host\":\"h0\"",
                    "\"phase\":\"failed\"",
                    "\"since\":\"2026-01-01T00:00:00Z\"",
                    "\"restarts\":0",
                    "\"outdated\":false"),
            4);
    private static final Form HEARTBEAT = new Form(
            List.of(
                    "\"host\":\"KEY\"",
                    "\"state\":\"ready\"",
                    "\"machineId\":\"m\"",
                    "\"bootId\":\"b\"",
                    "\"runtime\":\"/run\"",
                    "\"started\":\"2026-01-01T00:00:00Z\"",
                    "\"at\":\"2026-01-01T00:00:00Z\"",
                    "\"interval\":5"),
            2);
    private static final Form SPEC = new Form(
            List.of(
                    "\"name\":\"KEY\"",
                    "\"host\":\"h0\"",
                    "\"generation\":1",
                    "\"payload\":{\"type\":\"boot\"}",
                    "\"root\":\"/srv/KEY\""),
            4);

    private final World world;
    private final SimulatedKafka kafka;
    private final List<HostName> hosts;
    private int written;

    /** The fields of a JSON value, of which the first {@code required} are required. */
    private record Form(List<String> fields, int required) {
        String without(int field) {
            return "{"
                    + String.join(
                            ",",
                            fields.stream()
                                    .filter(f -> !f.equals(fields.get(field)))
                                    .toList()) + "}";
        }

        String with(int field, String value) {
            String name = fields.get(field).split(":", 2)[0];
            return without(field).replace("{", "{" + name + ":" + value + ",");
        }
    }

    Intruder(World world, SimulatedKafka kafka, List<HostName> hosts) {
        this.world = world;
        this.kafka = kafka;
        this.hosts = hosts;
    }

    /** Writes what the run's faults allow. */
    void act() {
        if (kafka.isAway()) {
            return;
        }
        if (world.happens(Fault.HOSTILE_DEFINITION)) {
            definition();
        }
        if (world.happens(Fault.HOSTILE_DEFINITION_ID)) {
            write(deletion(Topics.DEFINITIONS.name(), Headers.ID, pick(NO_IDS)), CONFIG);
        }
        if (world.happens(Fault.HOSTILE_VIEW)) {
            view();
        }
        HostName host = hosts.get(world.random.nextInt(hosts.size()));
        if (world.happens(Fault.HOSTILE_COMMAND)) {
            String topic = Topics.commands(host).name();
            write(
                    world.random.nextInt(4) == 0
                            ? record(topic, key(), "{\"command\":\"fly\",\"container\":\"KEY\"}")
                            : hostile(topic, COMMAND),
                    "runner " + host);
        }
        if (world.happens(Fault.HOSTILE_SPEC)) {
            String topic = Topics.specs(host).name();
            boolean deletes = world.random.nextInt(3) == 0;
            write(deletes ? deletion(topic, Headers.GENERATION, "x") : hostile(topic, SPEC), "runner " + host);
        }
        if (world.happens(Fault.HOSTILE_SPEC_DELETION)) {
            write(deletion(Topics.specs(host).name(), Headers.OPERATION, pick(NO_IDS)), "runner " + host);
        }
        if (world.happens(Fault.HOSTILE_SPEC_OVERTAKEN)) {
            var record = new ProducerRecord<byte[], byte[]>(Topics.specs(host).name(), OVERTAKEN, null);
            record.headers().add(Headers.OPERATION, pick(NO_IDS).getBytes(StandardCharsets.UTF_8));
            write(record, MAY + "runner " + host);
        }
        if (world.happens(Fault.HOSTILE_EVENT)) {
            String topic = world.random.nextBoolean() ? Topics.EVENTS.name() : Topics.DEAD_LETTERS.name();
            write(hostile(topic, STATUS), null);
        }
    }

    private void definition() {
        String topic = Topics.DEFINITIONS.name();
        switch (world.random.nextInt(4)) {
            case 0 -> write(deletion(topic, Headers.IF_MATCH, "x"), CONFIG);
            case 1 -> write(record(topic, pick(NO_NAMES), "{}"), CONFIG);
            case 2 -> {
                // One of its containers is another's, or nobody's: the last definition stays in force.
                String key = world.random.nextBoolean() ? "c0" : key();
                write(record(topic, key, noObject()), CONFIG);
            }
            default -> {
                String key = key();
                byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
                int right = SimulatedKafka.partitionOf(bytes, SimulatedKafka.SHARED_PARTITIONS);
                var record = new ProducerRecord<>(
                        topic, (right + 1) % partitions(topic), bytes, "{}".getBytes(StandardCharsets.UTF_8));
                write(record, CONFIG);
            }
        }
    }

    private int partitions(String topic) {
        return kafka.logs(topic).size();
    }

    private void view() {
        switch (world.random.nextInt(4)) {
            case 0 -> write(hostile(Topics.EVALUATIONS.name(), EVALUATION), CONFIG);
            case 1 -> write(hostile(Topics.STATUS.name(), STATUS), CONFIG);
            case 2 -> write(hostile(Topics.HOSTS.name(), HEARTBEAT), CONFIG);
            default ->
                write(
                        world.random.nextBoolean()
                                ? record(Topics.PROFILES.name(), pick(NO_NAMES), "{}")
                                : record(Topics.PROFILES.name(), key(), noObject()),
                        CONFIG);
        }
    }

    /** What has not the form that the topic's readers need. */
    private ProducerRecord<byte[], byte[]> hostile(String topic, Form form) {
        int field = world.random.nextInt(form.required);
        return switch (world.random.nextInt(6)) {
            case 0 -> record(topic, key(), noObject());
            case 1 -> record(topic, key(), form.without(field));
            case 2 -> record(topic, key(), form.with(field, "null"));
            case 3 -> record(topic, key(), form.with(field, world.random.nextBoolean() ? "[[]]" : "{\"a\":{}}"));
            case 4 -> record(topic, key(), "{\"a\":" + "[".repeat(DEEP));
            default -> new ProducerRecord<>(topic, key().getBytes(StandardCharsets.UTF_8), bytes());
        };
    }

    private byte[] bytes() {
        var bytes = new byte[1 + world.random.nextInt(40)];
        world.random.nextBytes(bytes);
        bytes[0] = (byte) 0xff; // no UTF-8
        return bytes;
    }

    private String noObject() {
        return pick(NO_OBJECTS);
    }

    private String pick(String[] some) {
        return some[world.random.nextInt(some.length)];
    }

    /** Nobody else's, so that nothing follows it that would overtake it. */
    private String key() {
        return "z" + ++written;
    }

    private ProducerRecord<byte[], byte[]> record(String topic, String key, String value) {
        return new ProducerRecord<>(
                topic,
                key.getBytes(StandardCharsets.UTF_8),
                value.replace("KEY", key).getBytes(StandardCharsets.UTF_8));
    }

    private ProducerRecord<byte[], byte[]> deletion(String topic, String header, String value) {
        var record = new ProducerRecord<byte[], byte[]>(topic, key().getBytes(StandardCharsets.UTF_8), null);
        record.headers().add(header, value.getBytes(StandardCharsets.UTF_8));
        return record;
    }

    private void write(ProducerRecord<byte[], byte[]> record, @Nullable String reader) {
        record.headers().add(MARK, (reader == null ? "" : reader).getBytes(StandardCharsets.UTF_8));
        kafka.append(record, 0);
    }
}
