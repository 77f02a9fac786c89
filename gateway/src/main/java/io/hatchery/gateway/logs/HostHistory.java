package io.hatchery.gateway.logs;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.bus.Partitioning;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** On which hosts containers have been within the time that logs are kept, from their events. Thread-safe. */
final class HostHistory {
    /** How many containers are remembered, so that their events are not read again. */
    private static final int MOST_CONTAINERS = 10_000;

    private final Clock clock;
    private final Map<ContainerName, KnownHistory> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ContainerName, KnownHistory> eldest) {
            return size() > MOST_CONTAINERS;
        }
    };

    /**
     * What the events up to an offset say.
     *
     * @param hosts the latest last
     */
    private record KnownHistory(List<HostName> hosts, long next) {
        KnownHistory {
            hosts = List.copyOf(hosts);
        }
    }

    HostHistory(Clock clock) {
        this.clock = clock;
    }

    /** The hosts of a container, the latest last. */
    SequencedSet<HostName> of(ContainerName container, LogConsumer consumer) throws IOException {
        String topic = Topics.EVENTS.name();
        byte[] key = container.value().getBytes(StandardCharsets.UTF_8);
        int partitions = consumer.partitions(topic);
        if (partitions == 0) {
            return new LinkedHashSet<>();
        }
        var partition = new TopicPartition(topic, Partitioning.partitionOf(key, partitions));
        KnownHistory before;
        synchronized (known) {
            before = known.get(container);
        }
        long from = before == null
                ? consumer.offsetAt(partition, clock.instant().minus(Topics.LOGS_KEPT))
                : Math.max(before.next, consumer.beginning(partition));
        long end = consumer.end(partition);
        SequencedSet<HostName> hosts = new LinkedHashSet<>(before == null ? List.of() : before.hosts);
        consumer.read(partition, from, end, record -> {
            if (Arrays.equals(record.key(), key)) {
                addHost(record, hosts);
            }
        });
        synchronized (known) {
            known.put(container, new KnownHistory(List.copyOf(hosts), Math.max(from, end)));
        }
        return hosts;
    }

    private static void addHost(ConsumerRecord<byte[], byte[]> record, SequencedSet<HostName> hosts) {
        if (record.value() == null) {
            return;
        }
        try {
            JsonNode host = Json.readObject(record.value()).path("host");
            if (HostName.isValid(host.asText())) {
                hosts.addLast(new HostName(host.asText()));
                while (hosts.size() > LogCursor.MOST_HOSTS) {
                    hosts.removeFirst();
                }
            }
        } catch (UnreadableException | StackOverflowError e) {
            return; // whoever folds the events sends it to the dead letters
        }
    }
}
