import io.hatchery.protocol.Command;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.FleetEventEndedBuilder;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Simulates the runners of all hosts: each host's heartbeat in each interval of 30 s, transitions of one container in a thousand per
 * second, and a driver that ends each command at once. Does nothing unless runners are requested.
 */
final class FleetRunners implements AutoCloseable {
    private static final double INTERVAL_SECONDS = 30;
    private static final int CONTAINERS_PER_TRANSITION = 1_000;

    private final FleetServices services;
    private final FleetRecords fleet;
    private final FleetLoader loader;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closing;

    FleetRunners(FleetServices services, FleetRecords fleet, FleetLoader loader, Fleet.Options options) {
        this.services = services;
        this.fleet = fleet;
        this.loader = loader;
        if (options.runners()) {
            threads.add(Thread.ofPlatform().daemon().name("heartbeats").start(this::beat));
            threads.add(Thread.ofPlatform().daemon().name("commands").start(this::execute));
        }
    }

    boolean isRunning() {
        return !threads.isEmpty();
    }

    private void beat() {
        var random = new Random(7);
        long begun = System.nanoTime();
        long heartbeats = 0;
        long transitions = 0;
        while (!closing) {
            double seconds = (System.nanoTime() - begun) / 1e9;
            for (; heartbeats < seconds / INTERVAL_SECONDS * fleet.hosts(); heartbeats++) {
                loader.heartbeat((int) (heartbeats % fleet.hosts()));
            }
            for (; transitions < seconds * fleet.containers() / CONTAINERS_PER_TRANSITION; transitions++) {
                int container = random.nextInt(fleet.containers());
                move(container, transitions % 2 == 0 ? "starting" : "running");
            }
            pause();
        }
    }

    private void move(int container, String phase) {
        loader.send(Topics.EVENTS.name(), FleetRecords.name(container), fleet.transition(container, phase), Map.of());
        loader.send(Topics.STATUS.name(), FleetRecords.name(container), fleet.status(container, phase), Map.of());
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void execute() {
        try {
            var properties = services.client();
            String bytes = "org.apache.kafka.common.serialization.ByteArrayDeserializer";
            properties.putAll(Map.of("key.deserializer", bytes, "value.deserializer", bytes));
            try (var consumer = new KafkaConsumer<byte[], byte[]>(properties)) {
                var partitions = new ArrayList<TopicPartition>();
                for (int host = 0; host < fleet.hosts(); host++) {
                    partitions.add(new TopicPartition(Topics.commands(new HostName(FleetRecords.host(host))).name(), 0));
                }
                consumer.assign(partitions);
                consumer.seekToEnd(partitions);
                while (!closing) {
                    for (var record : consumer.poll(Duration.ofMillis(100))) {
                        execute(record);
                    }
                }
            }
        } catch (Exception e) {
            throw new IllegalStateException("the simulated runners ended", e);
        }
    }

    private void execute(ConsumerRecord<byte[], byte[]> record) throws Exception {
        Command command = Json.read(record.value(), Command.class);
        var header = record.headers().lastHeader(Headers.ID);
        var id = new CommandId(header == null ? record.topic() + "/0/" + record.offset() : new String(header.value(), StandardCharsets.UTF_8));
        HostName host = Topics.hostOfCommands(record.topic()).orElseThrow();
        String key = command.container().value();
        loader.send(Topics.EVENTS.name(), key, Json.bytes(new FleetEvent.Accepted(id, command.command(), command.container(), host, Instant.now())), Map.of());
        int container = Integer.parseInt(key.substring(2));
        move(container, command.command() == Verb.STOP || command.command() == Verb.KILL ? "stopped" : "running");
        var ended = FleetEventEndedBuilder.builder()
                .id(id)
                .command(command.command())
                .container(command.container())
                .host(host)
                .submitted(Instant.ofEpochMilli(record.timestamp()))
                .outcome(Outcome.COMPLETED)
                .steps(List.of())
                .at(Instant.now())
                .build();
        loader.send(Topics.EVENTS.name(), key, Json.bytes(ended), Map.of());
    }

    @Override
    public void close() throws InterruptedException {
        closing = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
