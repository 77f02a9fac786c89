import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.LoggerFactory;

/** Fills hatchery.hosts with heartbeats like that of a real runner, or waits until the broker has compacted them. */
public final class Heartbeats {
    private static final String TOPIC = "hatchery.hosts";
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final String BYTES = "org.apache.kafka.common.serialization.ByteArray";

    private Heartbeats() {}

    /** Arguments: client properties, {@code write} or {@code await}, number of heartbeats, number of hosts. */
    public static void main(String[] args) throws Exception {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
        var properties = new Properties();
        try (var in = Files.newInputStream(Path.of(args[0]))) {
            properties.load(in);
        }
        properties.put("key.serializer", BYTES + "Serializer");
        properties.put("value.serializer", BYTES + "Serializer");
        properties.put("key.deserializer", BYTES + "Deserializer");
        properties.put("value.deserializer", BYTES + "Deserializer");
        int count = Integer.parseInt(args[2]);
        int hosts = Integer.parseInt(args[3]);
        if (args[1].equals("write")) {
            write(properties, count, hosts);
        } else {
            await(properties, count, hosts);
        }
    }

    private static void write(Properties properties, int count, int hosts) throws Exception {
        var json = new ObjectMapper();
        ObjectNode heartbeat = (ObjectNode) json.readTree(anyHeartbeat(properties));
        long begun = System.nanoTime();
        properties.put("linger.ms", "20");
        try (var producer = new KafkaProducer<byte[], byte[]>(properties)) {
            for (int i = 0; i < count; i++) {
                String host = "load-" + i % hosts;
                heartbeat.put("host", host).put("at", Instant.now().toString());
                producer.send(new ProducerRecord<>(
                        TOPIC, host.getBytes(StandardCharsets.UTF_8), json.writeValueAsBytes(heartbeat)));
            }
        }
        System.out.printf("%d heartbeats of %d hosts written in %.1f s%n", count, hosts, (System.nanoTime() - begun) / 1e9);
    }

    private static byte[] anyHeartbeat(Properties properties) {
        try (var consumer = assigned(properties)) {
            long until = System.nanoTime() + LONGEST.toNanos();
            while (System.nanoTime() < until) {
                for (var record : consumer.poll(Duration.ofSeconds(1))) {
                    if (record.value() != null) {
                        return record.value();
                    }
                }
            }
        }
        throw new IllegalStateException("no heartbeat on " + TOPIC + ": does a runner run?");
    }

    private static KafkaConsumer<byte[], byte[]> assigned(Properties properties) {
        var consumer = new KafkaConsumer<byte[], byte[]>(properties);
        List<TopicPartition> partitions = consumer.partitionsFor(TOPIC).stream()
                .map(info -> new TopicPartition(TOPIC, info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    /** Segments roll at the first append after their age, so each host goes on with a heartbeat now and then. */
    private static void await(Properties properties, int count, int hosts) throws Exception {
        long begun = System.nanoTime();
        long left = count;
        while (left > count / 20) {
            if (System.nanoTime() - begun > LONGEST.toNanos()) {
                throw new IllegalStateException("not compacted within " + LONGEST + ": " + left + " records are left");
            }
            Thread.sleep(10_000);
            write(properties, hosts, hosts);
            left = count(properties);
            System.out.printf("after %.0f s the topic holds %d records%n", (System.nanoTime() - begun) / 1e9, left);
        }
    }

    private static long count(Properties properties) {
        long records = 0;
        try (var consumer = assigned(properties)) {
            var ends = consumer.endOffsets(consumer.assignment());
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                records += consumer.poll(Duration.ofMillis(200)).count();
            }
        }
        return records;
    }
}
