package io.hatchery.runner.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two machines with one host name, in a world where nothing else goes wrong; each test in many worlds. */
class OwnershipTest {
    private static final int WORLDS = 40;
    private static final int COMMANDS = 20;
    private static final long SECOND = 1_000_000;
    private static final long INTERVAL = SimulatedHost.HEARTBEAT_SECONDS * SECOND;
    private static final HostName HOST = new HostName("h0");

    private World world = new World(0, false);
    private SimulatedKafka kafka = new SimulatedKafka(world, List.of(HOST));
    private final List<ConsumerRecord<byte[], byte[]>> written = new ArrayList<>();

    private interface Scenario {
        void run() throws UnreadableException;
    }

    private void inManyWorlds(Scenario scenario) throws UnreadableException {
        for (int seed = 1; seed <= WORLDS; seed++) {
            world = new World(seed, false);
            world.quieten();
            kafka = new SimulatedKafka(world, List.of(HOST));
            written.clear();
            kafka.witness(written::add);
            scenario.run();
        }
    }

    private SimulatedHost start(String machine) {
        var host = new SimulatedHost(world, kafka, HOST, machine, "north", Duration.ZERO, Mutation.NONE);
        host.startRunner();
        return host;
    }

    private void pass(long time) {
        world.runUntil(world.now() + time);
    }

    private void write(String topic, @Nullable String value, Map<String, String> headers) {
        byte[] key = (topic.equals(Topics.HOSTS.name()) ? HOST.value() : "web").getBytes(StandardCharsets.UTF_8);
        var record = new ProducerRecord<>(topic, key, value == null ? null : value.getBytes(StandardCharsets.UTF_8));
        headers.forEach((name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
        kafka.append(record, 0);
    }

    private List<HostStatus> heartbeats() throws UnreadableException {
        var heartbeats = new ArrayList<HostStatus>();
        for (var raw : written) {
            var record = new BusRecord(raw);
            if (record.topic().equals(Topics.HOSTS.name()) && !record.isDeletion()) {
                heartbeats.add(record.value(HostStatus.class));
            }
        }
        return heartbeats;
    }

    private static long epoch(HostStatus status) {
        return status.owner() == null ? 0 : status.owner().epoch();
    }

    private long outcomesOf(String id) {
        return written.stream()
                .map(BusRecord::new)
                .filter(record -> record.topic().equals(Topics.EVENTS.name())
                        && record.id().equals(id + "#outcome"))
                .count();
    }

    private static void assertRefused(SimulatedHost host) {
        assertThat(host.refusal())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("another runner holds");
    }

    @Test
    void secondRunnerRefusesWhileTheFirstIsAliveAlsoOnAMachineWithTheSameId() throws UnreadableException {
        inManyWorlds(() -> {
            SimulatedHost first = start("m");
            pass(5 * INTERVAL);
            SimulatedHost clone = start("m");
            pass(2 * INTERVAL);
            assertRefused(clone);
            assertThat(first.refusal()).isNull();
            assertThat(heartbeats()).allMatch(status -> epoch(status) == 1);
        });
    }

    @Test
    void silentHolderIsReplacedAfterThreeIntervals() throws UnreadableException {
        inManyWorlds(() -> {
            SimulatedHost first = start("m-1");
            pass(5 * INTERVAL);
            first.retire();
            SimulatedHost second = start("m-2");
            pass(2 * INTERVAL);
            assertThat(heartbeats()).allMatch(status -> epoch(status) == 1);
            pass(2 * INTERVAL);
            assertThat(second.refusal()).isNull();
            assertThat(epoch(heartbeats().getLast())).isEqualTo(2);
        });
    }

    @Test
    void nextRunnerWithTheSameRuntimeFolderTakesOverAtOnce() throws UnreadableException {
        inManyWorlds(() -> {
            SimulatedHost host = start("m-1");
            pass(5 * INTERVAL);
            host.killRunner();
            pass(SimulatedHost.LATEST_RESTART + SECOND);
            assertThat(host.refusal()).isNull();
            assertThat(epoch(heartbeats().getLast())).isEqualTo(2);
        });
    }

    @Test
    void singleForgedHeartbeatDelaysAStartAndDoesNotPreventIt() throws UnreadableException {
        inManyWorlds(() -> {
            write(
                    Topics.HOSTS.name(),
                    "{\"host\":\"h0\",\"state\":\"ready\",\"machineId\":\"m\",\"bootId\":\"b\",\"runtime\":\"/run\",\"pid\":1,"
                            + "\"version\":\"1\",\"driver\":\"direct\",\"cgroups\":\"v2\",\"labels\":{},\"cpus\":1,\"memory\":1,"
                            + "\"containers\":0,\"started\":\"2030-01-01T00:00:00Z\",\"at\":\"2030-01-01T00:00:00Z\","
                            + "\"interval\":10}",
                    Map.of());
            SimulatedHost host = start("m-1");
            pass(INTERVAL);
            assertThat(heartbeats()).hasSize(1);
            pass(3 * INTERVAL);
            assertThat(host.refusal()).isNull();
            assertThat(epoch(heartbeats().getLast())).isEqualTo(1);
        });
    }

    @Test
    void twoRunnersThatStartAtOnceHaveOneOwner() throws UnreadableException {
        inManyWorlds(() -> {
            SimulatedHost one = start("m-1");
            SimulatedHost other = start("m-2");
            pass(5 * INTERVAL);
            assertThat(one.refusal() == null).isNotEqualTo(other.refusal() == null);
        });
    }

    @Test
    void pausedRunnerGivesUpAndTakesNoCommandWhenAnotherHasTakenOver() throws UnreadableException {
        assertThatFirstYieldsAfter(first -> first.pauseRunner(10 * INTERVAL));
    }

    @Test
    void runnerThatWasCutOffGivesUpAndTakesNoCommandWhenAnotherHasTakenOver() throws UnreadableException {
        assertThatFirstYieldsAfter(first -> first.cutRunnerOff(10 * INTERVAL));
    }

    private void assertThatFirstYieldsAfter(Consumer<SimulatedHost> absence) throws UnreadableException {
        inManyWorlds(() -> {
            SimulatedHost first = start("m-1");
            pass(5 * INTERVAL);
            absence.accept(first);
            SimulatedHost second = start("m-2");
            pass(5 * INTERVAL);
            assertThat(epoch(heartbeats().getLast())).isEqualTo(2);
            for (int i = 0; i < COMMANDS; i++) {
                // Around the first one's return as well.
                write(
                        Topics.commands(HOST).name(),
                        "{\"command\":\"start\",\"container\":\"web\"}",
                        Map.of(Headers.ID, "command-" + i));
                pass(INTERVAL / 2);
            }
            assertRefused(first);
            assertThat(second.refusal()).isNull();
            for (int i = 0; i < COMMANDS; i++) {
                assertThat(outcomesOf("command-" + i)).isEqualTo(1);
            }
            assertThat(first.runs).isEmpty();
        });
    }

    @Test
    void pausedRunnerContinuesWithoutTakeover() throws UnreadableException {
        inManyWorlds(() -> {
            SimulatedHost host = start("m-1");
            pass(5 * INTERVAL);
            host.pauseRunner(10 * INTERVAL);
            pass(11 * INTERVAL);
            write(
                    Topics.commands(HOST).name(),
                    "{\"command\":\"start\",\"container\":\"web\"}",
                    Map.of(Headers.ID, "command"));
            pass(INTERVAL);
            assertThat(host.refusal()).isNull();
            assertThat(outcomesOf("command")).isEqualTo(1);
        });
    }

    @Test
    void ownerWhoseRecordIsDeletedPublishesItAgain() throws UnreadableException {
        inManyWorlds(() -> {
            SimulatedHost host = start("m-1");
            pass(5 * INTERVAL);
            write(Topics.HOSTS.name(), null, Map.of());
            pass(INTERVAL / 4);
            assertThat(host.refusal()).isNull();
            assertThat(kafka.latest(Topics.HOSTS.name()).get(HOST.value()).value())
                    .isNotNull();
        });
    }
}
