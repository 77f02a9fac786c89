package io.hatchery.acceptance.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.Roots;
import io.hatchery.acceptance.fixture.Samples;
import io.hatchery.acceptance.fixture.Service;
import io.hatchery.acceptance.fixture.SignedRecords;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Neither the credentials of another host nor those of the broker's administrator make services believe a forged record. */
class AuthenticRecordsTest {
    private static final String THIEF = "thief";
    private static final String SPECS = "hatchery.host." + Installation.HOST + ".specs";
    private static final String COMMANDS = "hatchery.host." + Installation.HOST + ".commands";

    private static Installation installation;
    private static Api api;

    @BeforeAll
    static void up() {
        installation = Installation.create();
        installation.environment().put("HATCHERY_RUNNER_COMMANDS", "authenticated");
        installation = Installation.running(installation);
        api = installation.api();
        installation.hatchery("acls", "--apply", "--host", THIEF).orFail();
    }

    @AfterAll
    static void down() {
        installation.close();
    }

    private static long runningLeader(String name) {
        JsonNode container = api.container(name);
        assertThat(container.at("/status/phase").asText()).isEqualTo("running");
        assertThat(container.at("/status/host").asText()).isEqualTo(Installation.HOST);
        return container.at("/status/leader").asLong();
    }

    private static void started(String name) {
        api.define(name, Samples.sleeper(Roots.busybox(installation.roots().resolve(name))));
        api.completes("start", name);
    }

    /** Waits until so many records of a topic are dead letters for a reason. */
    private static void awaitRefused(String topic, String reason, int count) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            String letters = installation
                    .kcat(new byte[0], "-C", "-e", "-t", "hatchery.deadletter", "-f", "%h\n")
                    .orFail()
                    .out();
            assertThat(letters.lines()
                            .filter(line -> line.contains("hatchery_origin=" + topic + "/") && line.contains(reason)))
                    .as(letters)
                    .hasSizeGreaterThanOrEqualTo(count);
        });
    }

    private static String value(String topic, String key) {
        return installation
                .kcat(new byte[0], "-C", "-e", "-t", topic, "-f", "%k|%s\n")
                .orFail()
                .out()
                .lines()
                .filter(line -> line.startsWith(key + "|{"))
                .reduce((earlier, later) -> later)
                .orElseThrow()
                .substring(key.length() + 1);
    }

    private static void writeAsThief(boolean isSigned, String topic, String key, String value) throws Exception {
        try (var records = new SignedRecords(installation, "hatchery-runner-" + THIEF)) {
            var record = SignedRecords.of(topic, key, value);
            record.headers().add("ce_source", ("/runner/" + Installation.HOST).getBytes(StandardCharsets.UTF_8));
            SignedRecords.await(isSigned ? records.sign(record) : records.write(record));
        }
    }

    @Test
    void credentialsOfAHostDoNotSpeakForAnother() throws Exception {
        started("t-victim");
        long leader = runningLeader("t-victim");
        String status = value("hatchery.status", "t-victim").replace("running", "failed");
        String heartbeat = value("hatchery.hosts", Installation.HOST)
                .replaceFirst("\"epoch\":\\d+", "\"epoch\":4")
                .replaceFirst("\"runner\":\"[^\"]+\"", "\"runner\":\"thief\"")
                .replaceFirst("\"at\":\"[^\"]+\"", "\"at\":\"" + Instant.now() + "\"");
        String event =
                "{\"type\":\"outcome\",\"id\":\"forged\",\"command\":\"stop\",\"container\":\"t-victim\",\"host\":\""
                        + Installation.HOST + "\",\"submitted\":\"" + Instant.now()
                        + "\",\"outcome\":\"failed\",\"steps\":[],\"at\":\"" + Instant.now() + "\"}";
        for (boolean isSigned : new boolean[] {false, true}) {
            writeAsThief(isSigned, "hatchery.status", "t-victim", status);
            writeAsThief(isSigned, "hatchery.status", "t-victim", "");
            writeAsThief(isSigned, "hatchery.hosts", Installation.HOST, heartbeat);
            writeAsThief(isSigned, "hatchery.hosts", Installation.HOST, "");
            writeAsThief(isSigned, "hatchery.events", "t-victim", event);
        }
        awaitRefused("hatchery.status", "it is not authentic: it has no header hatchery_mac", 2);
        awaitRefused("hatchery.status", "host " + THIEF + " signed it", 2);
        awaitRefused("hatchery.events", "it is not authentic", 1);
        awaitRefused("hatchery.events", "host " + THIEF + " signed it", 1);
        awaitRefused("hatchery.hosts", "", 1);
        assertThat(runningLeader("t-victim")).isEqualTo(leader);
        assertThat(api.get("/v1/operations/forged").status()).isEqualTo(404);
        assertThat(api.get("/v1/hosts/" + Installation.HOST).at("/state").asText())
                .isEqualTo("ready");
        assertThat(installation.process(Service.RUNNER).isAlive()).isTrue();
        api.completes("restart", "t-victim");
    }

    @Test
    void administratorOfTheBrokerRunsAndRemovesNothing() throws IOException {
        started("t-kept");
        long leader = runningLeader("t-kept");
        String spec = value(SPECS, "t-kept");
        forge(SPECS, "t-evil", spec.replace("t-kept", "t-evil"));
        forge(SPECS, "t-kept", spec.replaceFirst("\"generation\":\\d+", "\"generation\":99"));
        forge(SPECS, "t-kept", "");
        forge(SPECS, "t-kept", "", "-H", "hatchery_purge=true");
        forge(COMMANDS, "t-kept", "{\"command\":\"stop\",\"container\":\"t-kept\"}");
        awaitRefused(SPECS, "it is not authentic", 4);
        awaitRefused(COMMANDS, "it is not authentic", 1);
        assertThat(runningLeader("t-kept")).isEqualTo(leader);
        assertThat(installation.roots().resolve("t-kept")).exists();
        assertThat(api.get("/v1/containers/t-evil").status()).isEqualTo(404);
        api.completes("stop", "t-kept");
    }

    @Test
    void specOfARemovedContainerDoesNotBringItBack() {
        started("t-gone");
        String copied = installation
                .kcat(new byte[0], "-C", "-e", "-t", SPECS, "-f", "%k|%h|%s\n")
                .orFail()
                .out()
                .lines()
                .filter(line -> line.startsWith("t-gone|") && line.endsWith("}"))
                .reduce((earlier, later) -> later)
                .orElseThrow();
        assertThat(api.delete("/v1/containers/t-gone?wait=30s").status()).isEqualTo(200);
        String headers = copied.substring("t-gone|".length(), copied.indexOf("|{"));
        var arguments = new ArrayList<String>();
        for (String header : headers.split(",")) {
            arguments.addAll(List.of("-H", header));
        }
        forge(SPECS, "t-gone", copied.substring(copied.indexOf("|{") + 1), arguments.toArray(String[]::new));
        awaitRefused(SPECS, "was removed from this host", 1);
        installation.killHard(Service.RUNNER);
        installation.start(Service.RUNNER);
        assertThat(api.get("/v1/containers/t-gone").status()).isEqualTo(404);
        assertThat(Files.exists(installation.runtime().resolve("c/t-gone"))).isFalse();
    }

    @Test
    void keysAreReplacedWhileServicesRun() {
        started("t-rotated");
        long leader = runningLeader("t-rotated");
        installation.hatchery("keys", "add").orFail();
        api.completes("restart", "t-rotated");
        assertThat(installation.hatchery("keys", "use").orFail().out()).contains("key 2: records are signed with it");
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            api.completes("restart", "t-rotated");
            for (String topic : new String[] {COMMANDS, "hatchery.status"}) {
                assertThat(installation
                                .kcat(new byte[0], "-C", "-e", "-t", topic, "-f", "%k|%h\n")
                                .orFail()
                                .out())
                        .contains("hatchery_mac=2:");
            }
        });
        assertThat(runningLeader("t-rotated")).isNotEqualTo(leader);
        api.completes("stop", "t-rotated");
    }

    private static void forge(String topic, String key, String value, String... more) {
        var arguments = new ArrayList<>(List.of("-P", "-Z", "-t", topic, "-K", "|"));
        arguments.addAll(List.of(more));
        installation
                .kcat((key + "|" + value).getBytes(StandardCharsets.UTF_8), arguments.toArray(String[]::new))
                .orFail();
    }
}
