package io.hatchery.runner.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.BusRecord;
import io.hatchery.config.ConfigService;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.HostSpecs;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What expires on a broker, is created anew there or lost, while a host is away for days or weeks. */
final class WeeksAwayTest {
    private static final HostName H0 = new HostName("h0");
    private static final ContainerName WEB = new ContainerName("web");
    private static final String SPECS = Topics.specs(H0).name();
    private static final Duration SOON = Duration.ofMinutes(10);
    private static final String ROOT = "/srv/web";

    private final World world = new World(7, false);
    private final List<BusRecord> written = new ArrayList<>();
    private SimulatedKafka kafka;
    private SimulatedHost host;

    @BeforeEach
    void start() {
        world.quieten();
        kafka = new SimulatedKafka(world, List.of(H0, new HostName("h9")));
        kafka.witness(record -> written.add(new BusRecord(record)));
        var group = new SimulatedGroup(world, kafka, ConfigService.plan("any"));
        host = new SimulatedHost(world, kafka, H0, "m-h0", "north", Duration.ZERO, Mutation.NONE);
        host.startRunner();
        new SimulatedConfigService(world, kafka, group, "config-0", new HashSet<>(), Mutation.NONE).start();
        pass(SOON);
    }

    private void pass(Duration time) {
        world.runUntil(world.now() + time.toNanos() / 1000);
    }

    private void write(String topic, @Nullable String text, String id, String... headers) {
        var record = new ProducerRecord<byte[], byte[]>(topic, bytes(WEB.value()), text == null ? null : bytes(text));
        record.headers().add(Headers.ID, bytes(id));
        for (int i = 0; i < headers.length; i += 2) {
            record.headers().add(headers[i], bytes(headers[i + 1]));
        }
        kafka.append(record, 0);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void define(String description) {
        String text = "{\"host\":\"h0\",\"root\":\"" + ROOT + "\",\"boot\":true,\"description\":\"" + description
                + "\",\"autoStart\":true,\"readiness\":\"started\",\"restart\":\"always\"}";
        write(Topics.DEFINITIONS.name(), text, "d-" + description);
        pass(SOON);
    }

    private void delete(String id, String... headers) {
        write(Topics.DEFINITIONS.name(), null, id, headers);
    }

    private void away(Duration time) {
        host.retire();
        pass(time);
    }

    private void back() {
        host.bringBack();
        pass(SOON);
    }

    private long outcomes(String id) {
        return written.stream()
                .filter(record -> record.topic().equals(Topics.EVENTS.name())
                        && record.header(Headers.ID)
                                .filter((id + "#outcome")::equals)
                                .isPresent())
                .count();
    }

    private long statusTombstones() {
        return written.stream()
                .filter(record -> record.topic().equals(Topics.STATUS.name()) && record.isDeletion())
                .count();
    }

    private boolean runs() {
        return host.living(WEB) != null;
    }

    @Test
    void removalIsNotAnsweredAgainOnceItsOutcomeIsForgotten() {
        define("one");
        delete("x1");
        pass(SOON);
        assertThat(outcomes("x1")).isEqualTo(1);
        assertThat(statusTombstones()).isEqualTo(1);
        away(Duration.ofDays(9));
        back();
        assertThat(outcomes("x1")).isEqualTo(1);
        assertThat(statusTombstones()).isEqualTo(1);
    }

    @Test
    void overtakenRemovalIsNotAnsweredAgainOnceItsOutcomeIsForgotten() {
        define("one");
        delete("x1");
        pass(SOON);
        define("two");
        away(Duration.ofDays(6));
        back();
        away(Duration.ofDays(9));
        back();
        assertThat(outcomes("x1")).isEqualTo(1);
        assertThat(runs()).isTrue();
    }

    @Test
    void commandIsNotCarriedOutAgainOnceItsOffsetHasExpired() {
        define("one");
        write(Topics.commands(H0).name(), "{\"command\":\"restart\",\"container\":\"web\"}", "k1");
        pass(SOON);
        assertThat(outcomes("k1")).isEqualTo(1);
        int runs = host.runs.size();
        away(Duration.ofDays(9));
        kafka.forgetOffsets();
        back();
        assertThat(outcomes("k1")).isEqualTo(1);
        assertThat(host.runs).hasSize(runs);
    }

    @Test
    void commandThatWaitedForTheHostIsCarriedOutThoughOffsetsExpired() {
        define("one");
        away(Duration.ofDays(6));
        write(Topics.commands(H0).name(), "{\"command\":\"stop\",\"container\":\"web\"}", "k1");
        kafka.forgetOffsets();
        back();
        assertThat(outcomes("k1")).isEqualTo(1);
        assertThat(runs()).isFalse();
    }

    @Test
    void containerRunsOnWhenItsSpecsAreCreatedAnewWhileTheRunnerIsAway() {
        define("one");
        away(Duration.ofMinutes(1));
        kafka.recreate(SPECS);
        back();
        back2();
        assertThat(runs()).isTrue();
        assertThat(host.runs).hasSize(1);
    }

    /** A restart later nothing is different: what the topic does not name is remembered. */
    private void back2() {
        away(Duration.ofMinutes(1));
        back();
    }

    @Test
    void containerRunsOnWhenItsSpecsAreCreatedAnewWhileTheRunnerRuns() {
        define("one");
        kafka.recreate(SPECS);
        pass(SOON);
        back2();
        assertThat(runs()).isTrue();
        assertThat(host.runs).hasSize(1);
    }

    @Test
    void containerRunsOnWhenItsSpecIsTruncated() {
        define("one");
        kafka.truncate(SPECS, 0);
        pass(SOON);
        back2();
        assertThat(runs()).isTrue();
        assertThat(host.runs).hasSize(1);
    }

    @Test
    void commandsOfATopicThatWasCreatedAnewAreCarriedOut() {
        define("one");
        write(Topics.commands(H0).name(), "{\"command\":\"start\",\"container\":\"web\"}", "k1");
        pass(SOON);
        kafka.recreate(Topics.commands(H0).name());
        write(Topics.commands(H0).name(), "{\"command\":\"stop\",\"container\":\"web\"}", "k2");
        pass(SOON);
        assertThat(outcomes("k2")).isEqualTo(1);
        assertThat(runs()).isFalse();
    }

    @Test
    void specsAreThereAgainAfterTheirTopicWasCreatedAnew() throws Exception {
        define("one");
        kafka.recreate(SPECS);
        pass(SOON);
        assertThat(kafka.latest(SPECS)).containsKey(WEB.value());
        assertThat(host.runs).hasSize(1);
        assertThat(specsSaid().unnamed()).isEmpty();
        assertThat(specsSaid().topicId()).isEqualTo("id-1");
    }

    @Test
    void lostSpecsAreThereAgainOnceTheHostsClockIsRight() {
        define("one");
        host.jumpClock(Duration.ofHours(2));
        pass(SOON);
        kafka.recreate(SPECS);
        pass(SOON);
        assertThat(kafka.latest(SPECS)).as("heartbeats are refused").isEmpty();
        host.synchronizeClock();
        pass(SOON);
        assertThat(kafka.latest(SPECS)).containsKey(WEB.value());
        assertThat(host.runs).hasSize(1);
    }

    private HostSpecs specsSaid() throws UnreadableException {
        var heartbeat = new BusRecord(kafka.latest(Topics.HOSTS.name()).get(H0.value()));
        return Objects.requireNonNull(heartbeat.value(HostStatus.class).specs());
    }

    /** Whatever nobody has confirmed is there still when the host comes back after longer than deletions are kept. */
    private void awayForLongerThanTombstonesAreKept() {
        for (int day = 0; day < 32; day++) {
            pass(Duration.ofDays(1));
            kafka.clean();
        }
    }

    @Test
    void purgeIsCarriedOutByAHostThatWasAwayForLongerThanTombstonesAreKept() {
        define("one");
        away(Duration.ofMinutes(1));
        delete("x1", Headers.PURGE, "true");
        awayForLongerThanTombstonesAreKept();
        back();
        assertThat(outcomes("x1")).isEqualTo(1);
        assertThat(runs()).isFalse();
        assertThat(host.roots).doesNotContainKey(ROOT);
        assertThat(statusTombstones()).isEqualTo(1);
    }

    @Test
    void moveContinuesAfterAbsenceLongerThanTombstones() {
        define("one");
        away(Duration.ofMinutes(1));
        write(Topics.DEFINITIONS.name(), "{\"host\":\"h9\",\"root\":\"" + ROOT + "\",\"boot\":true}", "d-two");
        awayForLongerThanTombstonesAreKept();
        String there = Topics.specs(new HostName("h9")).name();
        assertThat(kafka.latest(there)).doesNotContainKey(WEB.value());
        back();
        assertThat(runs()).isFalse();
        assertThat(outcomes("moved/web/2")).isEqualTo(1);
        assertThat(kafka.latest(there)).containsKey(WEB.value());
    }

    @Test
    void containerThatWasWrittenOffWithItsHostIsRemovedWhenThatComesBack() {
        define("one");
        away(Duration.ofMinutes(1));
        delete("x1");
        kafka.append(new ProducerRecord<byte[], byte[]>(Topics.HOSTS.name(), bytes(H0.value()), null), 0);
        awayForLongerThanTombstonesAreKept();
        back();
        pass(SOON);
        assertThat(runs()).isFalse();
        assertThat(outcomes("vanished/h0/web/1")).isEqualTo(1);
    }

    @Test
    void whereUnacknowledgedEventsMayLieIsNotedWhileTheRunnerRuns() {
        define("one");
        pass(Duration.ofMinutes(15));
        byte[] noted = Objects.requireNonNull(host.onDisk("events-from.json"));
        var ends = new TreeMap<Integer, Long>();
        kafka.logs(Topics.EVENTS.name()).forEach(log -> ends.put(log.name.partition(), log.next));
        assertThat(ends.values()).anyMatch(end -> end > 0);
        assertThat(new String(noted, StandardCharsets.UTF_8)).isEqualTo(Json.text(ends));
    }
}
