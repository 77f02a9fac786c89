package io.hatchery.acceptance.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.Roots;
import io.hatchery.acceptance.fixture.Samples;
import io.hatchery.acceptance.fixture.Service;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Unreadable records on every topic become dead letters, and no service stops or fails to start. */
class HostileRecordsTest {
    private static final String SPECS = "hatchery.host." + Installation.HOST + ".specs";
    private static final String COMMANDS = "hatchery.host." + Installation.HOST + ".commands";
    private static final List<String> MESSAGES =
            List.of("hatchery.evaluations", "hatchery.status", "hatchery.events", "hatchery.hosts", "hatchery.console");

    private static Installation installation;
    private static Api api;
    private static long leader;
    /** How many hostile records were written to each topic. */
    private static final Map<String, Integer> written = new TreeMap<>();

    @BeforeAll
    static void up() {
        installation = Installation.running();
        api = installation.api();
        Path root = Roots.busybox(installation.roots().resolve("kept"));
        api.define("t-kept", Samples.sleeper(root));
        api.command("start", "t-kept");
        leader = api.container("t-kept").at("/status/leader").asLong();
        assertThat(leader).isPositive();
        for (String topic : MESSAGES) {
            unreadable(topic);
            for (String value : List.of(
                    "{}",
                    "{\"container\":\"t-evil\"}",
                    "{\"type\":\"outcome\",\"id\":\"x\",\"container\":\"t-evil\"}",
                    "{\"host\":null,\"container\":null,\"at\":null}")) {
                write(topic, "t-evil", value);
            }
        }
        unreadable("hatchery.definitions");
        unreadable("hatchery.profiles");
        unreadable(SPECS);
        unreadable(COMMANDS);
        write(SPECS, "t-evil", "{}");
        write(SPECS, "t-evil", "", "-H", "hatchery_generation=many");
        write(SPECS, "t-evil", "", "-H", "hatchery_operation=a b");
        write(SPECS, "Not A Name", "");
        write(COMMANDS, "t-evil", "{\"command\":\"start\"}");
        write(COMMANDS, "t-evil", "{\"command\":\"start\",\"container\":\"t-evil\"}", "-H", "ce_id=a b");
        write("hatchery.definitions", "t-evil", "", "-H", "ce_id=a b");
        write("hatchery.definitions", "t-evil", "{}", "-H", "hatchery_if_match=latest");
        write("hatchery.definitions", "Not A Name", "{}");
        write("hatchery.profiles", "Not A Name", "{}");
        assertThat(installation
                        .kcat(new byte[0], "-C", "-e", "-t", SPECS, "-f", "%k|%S\n")
                        .orFail()
                        .out())
                .as("tombstones are written")
                .contains("t-evil|-1");
    }

    /** Values that no reader can read. */
    private static void unreadable(String topic) {
        write(topic, "t-evil", "not JSON");
        write(topic, "t-evil", "\u0000\u0001");
        write(topic, "t-evil", "null");
        write(topic, "t-evil", "[]");
        write(topic, "t-evil", "7");
        write(topic, "t-evil", "{\"a\":".repeat(20_000));
    }

    /** Writes a record; an empty value is a tombstone. */
    private static void write(String topic, String key, String value, String... more) {
        var arguments = new ArrayList<>(List.of("-P", "-Z", "-t", topic, "-K", "|"));
        arguments.addAll(List.of(more));
        // Refused heartbeats become one dead letter per host and hour.
        String own = topic.equals("hatchery.hosts") ? key + written.getOrDefault(topic, 0) : key;
        installation
                .kcat((own + "|" + value).getBytes(StandardCharsets.UTF_8), arguments.toArray(String[]::new))
                .orFail();
        written.merge(topic, 1, Integer::sum);
    }

    @AfterAll
    static void down() {
        installation.close();
    }

    @Test
    void servicesSurviveHostileRecords() {
        assertEverythingWorks("before");
        awaitDeadLetters();
        for (Service service : List.of(Service.GATEWAY, Service.RUNNER, Service.CONFIG)) {
            installation.killHard(service);
        }
        for (Service service : List.of(Service.CONFIG, Service.RUNNER, Service.GATEWAY)) {
            installation.start(service);
        }
        assertEverythingWorks("after");
        awaitDeadLetters();
        assertThat(deadLetters().values())
                .as("each reader reports a record once")
                .allMatch(times -> times == 1);
    }

    private static void assertEverythingWorks(String suffix) {
        String name = "t-" + suffix;
        Path root = Roots.busybox(installation.roots().resolve(suffix));
        api.define(name, Samples.sleeper(root));
        api.completes("start", name);
        api.completes("stop", name);
        assertThat(api.delete("/v1/containers/" + name + "?wait=30s").status()).isEqualTo(200);
        assertThat(api.get("/readyz").status()).isEqualTo(200);
        assertThat(api.container("t-kept").at("/status/phase").asText()).isEqualTo("running");
        assertThat(api.container("t-kept").at("/status/leader").asLong()).isEqualTo(leader);
        for (Service service : Service.values()) {
            assertThat(installation.process(service).isAlive())
                    .as(service.command())
                    .isTrue();
        }
    }

    /** The number of dead letters by reader and origin. */
    private static Map<String, Integer> deadLetters() {
        String letters = installation
                .kcat(new byte[0], "-C", "-e", "-t", "hatchery.deadletter", "-f", "%h\n")
                .orFail()
                .out();
        var times = new TreeMap<String, Integer>();
        for (String headers : letters.split("\n")) {
            String origin = header(headers, "hatchery_origin");
            String reader = header(headers, "hatchery_reader");
            if (!origin.isEmpty()) {
                assertThat(header(headers, "hatchery_reason")).as(headers).isNotBlank();
                times.merge(reader + " " + origin, 1, Integer::sum);
            }
        }
        return times;
    }

    private static String header(String headers, String name) {
        int at = headers.indexOf(name + "=");
        if (at < 0) {
            return "";
        }
        int end = headers.indexOf(',', at);
        return headers.substring(at + name.length() + 1, end < 0 ? headers.length() : end);
    }

    private static void awaitDeadLetters() {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            var origins = new TreeMap<String, Integer>();
            deadLetters().keySet().stream()
                    .map(key -> key.substring(key.lastIndexOf(' ') + 1))
                    .distinct()
                    .forEach(origin -> origins.merge(origin.substring(0, origin.indexOf('/')), 1, Integer::sum));
            written.forEach((topic, count) ->
                    assertThat(origins.getOrDefault(topic, 0)).as(topic).isGreaterThanOrEqualTo(count));
        });
    }
}
