package io.hatchery.gateway.view;

import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** Records of the fleet's topics as tests need them. */
public final class Records {
    private Records() {}

    /** A record with a value of JSON text; null deletes. */
    public static BusRecord of(
            String topic,
            long offset,
            String key,
            @Nullable String value,
            Instant appended,
            Map<String, String> headers) {
        byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
        byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        var all = new RecordHeaders();
        headers.forEach((name, text) -> all.add(name, text.getBytes(StandardCharsets.UTF_8)));
        return new BusRecord(new ConsumerRecord<>(
                topic,
                0,
                offset,
                appended.toEpochMilli(),
                TimestampType.LOG_APPEND_TIME,
                keyBytes.length,
                bytes == null ? -1 : bytes.length,
                keyBytes,
                bytes,
                all,
                Optional.empty()));
    }

    /** A command to the container web on a host. */
    public static BusRecord command(long offset, String id, Instant appended) {
        return of(
                Topics.commands(new HostName("host1")).name(),
                offset,
                "web",
                "{\"command\":\"stop\",\"container\":\"web\",\"requestedBy\":\"someone\"}",
                appended,
                Map.of(Headers.ID, id));
    }

    /** A runner's acceptance. */
    public static BusRecord accepted(long offset, String id, Instant appended) {
        return of(
                Topics.EVENTS.name(),
                offset,
                "web",
                "{\"type\":\"accepted\",\"id\":\"" + id
                        + "\",\"command\":\"stop\",\"container\":\"web\",\"host\":\"host1\",\"at\":\"" + appended
                        + "\"}",
                appended,
                Map.of());
    }

    /** An outcome: {@code completed}, {@code failed} … */
    public static BusRecord outcome(long offset, String id, String outcome, Instant appended) {
        return of(
                Topics.EVENTS.name(),
                offset,
                "web",
                "{\"type\":\"outcome\",\"id\":\"" + id
                        + "\",\"command\":\"stop\",\"container\":\"web\",\"host\":\"host1\","
                        + "\"submitted\":\"" + appended + "\",\"outcome\":\"" + outcome + "\",\"steps\":[],\"at\":\""
                        + appended + "\"}",
                appended,
                Map.of());
    }

    /** A deletion of the definition of the container web. */
    public static BusRecord deletion(long offset, String id, Instant appended) {
        return of(
                Topics.DEFINITIONS.name(),
                offset,
                "web",
                null,
                appended,
                Map.of(Headers.ID, id, Headers.REQUESTED_BY, "someone"));
    }

    /** A dead letter of a service about the record at that position. */
    public static BusRecord deadLetter(long offset, String origin, String reason, Instant appended) {
        return of(
                Topics.DEAD_LETTERS.name(),
                offset,
                "web",
                "{",
                appended,
                Map.of(Headers.ORIGIN, origin, Headers.READER, "runner host1", Headers.REASON, reason));
    }

    /** A heartbeat. */
    public static BusRecord heartbeat(long offset, String host, Instant appended) {
        return of(
                Topics.HOSTS.name(),
                offset,
                host,
                "{\"host\":\"" + host
                        + "\",\"state\":\"ready\",\"machineId\":\"m\",\"bootId\":\"b\",\"runtime\":\"/run/h\","
                        + "\"pid\":1,\"version\":\"1\",\"driver\":\"direct\",\"cgroups\":\"v2\",\"labels\":{},\"cpus\":1,"
                        + "\"memory\":1,\"containers\":0,\"interval\":5,\"started\":\"" + appended + "\",\"at\":\""
                        + appended
                        + "\"}",
                appended,
                Map.of());
    }
}
