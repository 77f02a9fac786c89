package io.hatchery.runner.simulation;

import io.hatchery.bus.BusRecord;
import io.hatchery.config.ConfigService;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topic;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** A fleet of one host, with a runner and a config-service, in which nothing goes wrong by itself. */
final class OneHost {
    static final HostName H0 = new HostName("h0");
    private static final Duration SOON = Duration.ofMinutes(10);

    private final World world = new World(7, false);
    private final SimulatedKafka kafka;
    final SimulatedHost host;
    /** Every record, in order. */
    final List<BusRecord> written = new ArrayList<>();

    OneHost() {
        world.quieten();
        kafka = new SimulatedKafka(world, List.of(H0));
        kafka.witness(record -> written.add(new BusRecord(record)));
        var group = new SimulatedGroup(world, kafka, ConfigService.plan("any"));
        host = new SimulatedHost(world, kafka, H0, "m-h0", "north", Duration.ZERO, Mutation.NONE);
        host.startRunner();
        new SimulatedConfigService(world, kafka, group, "config-0", new HashSet<>(), Mutation.NONE).start();
    }

    /** Lets enough time pass for everything to settle. */
    void pass() {
        world.runUntil(world.now() + SOON.toNanos() / 1000);
    }

    void write(String topic, String key, @Nullable String text, String id) {
        var record = new ProducerRecord<byte[], byte[]>(topic, bytes(key), text == null ? null : bytes(text));
        record.headers().add(Headers.ID, bytes(id));
        kafka.append(record, 0);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    <T> T latest(Topic topic, String key, Class<T> type) throws UnreadableException {
        return new BusRecord(Objects.requireNonNull(kafka.latest(topic.name()).get(key), key)).value(type);
    }
}
