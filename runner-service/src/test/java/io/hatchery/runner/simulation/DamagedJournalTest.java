package io.hatchery.runner.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.BusRecord;
import io.hatchery.config.ConfigService;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A container's journal in the runtime folder that cannot be read. */
final class DamagedJournalTest {
    private static final HostName H0 = new HostName("h0");
    private static final ContainerName WEB = new ContainerName("web");
    private static final Duration SOON = Duration.ofMinutes(10);
    private static final String JOURNAL = "c/web/state.json";

    private final World world = new World(7, false);
    private SimulatedKafka kafka;
    private SimulatedHost host;
    private int commands;

    @BeforeEach
    void startContainer() {
        world.quieten();
        kafka = new SimulatedKafka(world, List.of(H0));
        var group = new SimulatedGroup(world, kafka, ConfigService.plan("any"));
        host = new SimulatedHost(world, kafka, H0, "m-h0", "north", Duration.ZERO, Mutation.NONE);
        host.startRunner();
        new SimulatedConfigService(world, kafka, group, "config-0", new HashSet<>(), Mutation.NONE).start();
        define("one", true);
        pass();
        assertThat(host.living(WEB)).isNotNull();
    }

    private void pass() {
        world.runUntil(world.now() + SOON.toNanos() / 1000);
    }

    private void write(String topic, @Nullable String text, String id) {
        byte[] value = text == null ? null : bytes(text);
        var record = new ProducerRecord<byte[], byte[]>(topic, bytes(WEB.value()), value);
        record.headers().add(Headers.ID, bytes(id));
        kafka.append(record, 0);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void define(String command, boolean restartIfChanged) {
        String text = "{\"host\":\"h0\",\"root\":\"/srv/web\",\"command\":[\"/bin/" + command
                + "\"],\"autoStart\":true,\"readiness\":\"started\",\"restart\":\"always\",\"restartIfChanged\":"
                + restartIfChanged + "}";
        write(Topics.DEFINITIONS.name(), text, "d-" + command);
    }

    private void command(String verb) {
        write(Topics.commands(H0).name(), "{\"command\":\"" + verb + "\",\"container\":\"web\"}", "k" + commands++);
        pass();
    }

    private void damage(String text) {
        host.retire();
        host.damage(JOURNAL, bytes(text));
        host.bringBack();
        pass();
        assertThat(host.hasRunner()).isTrue();
    }

    private ContainerStatus status() throws UnreadableException {
        return new BusRecord(Objects.requireNonNull(
                        kafka.latest(Topics.STATUS.name()).get(WEB.value())))
                .value(ContainerStatus.class);
    }

    @Test
    void runningContainerIsAdoptedWithItsLeaderAndGeneration() throws Exception {
        ContainerStatus before = status();
        damage("{\"version\":3,\"state\":{\"container\":\"we");
        assertThat(host.runs).hasSize(1);
        assertThat(host.living(WEB)).isNotNull();
        assertThat(status().phase()).isEqualTo(Phase.RUNNING);
        assertThat(status().leader()).isEqualTo(before.leader()).isNotNull();
        assertThat(status().generation()).isEqualTo(before.generation());
        assertThat(status().outdated()).isFalse();
        command("stop");
        assertThat(host.living(WEB)).isNull();
        assertThat(status().phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void containerThatRunsAnOlderSpecIsOutdated() throws Exception {
        define("two", false);
        pass();
        assertThat(status().outdated()).isTrue();
        ContainerStatus before = status();
        damage("");
        assertThat(host.runs).hasSize(1);
        assertThat(status().outdated()).isTrue();
        assertThat(status().generation()).isEqualTo(before.generation());
    }

    @Test
    void stoppedContainerStaysStoppedAndSaysWhy() throws Exception {
        command("stop");
        damage("\0\0\0\0");
        assertThat(host.living(WEB)).isNull();
        assertThat(status().phase()).isEqualTo(Phase.STOPPED);
        assertThat(status().reason()).contains("its journal was damaged");
        command("start");
        assertThat(host.living(WEB)).isNotNull();
    }

    @Test
    void removalThatWasMissedIsCarriedOut() {
        host.retire();
        write(Topics.DEFINITIONS.name(), null, "x1");
        pass();
        damage("rubbish");
        assertThat(host.living(WEB)).isNull();
        assertThat(host.cgroups).isEmpty();
    }

    @Test
    void journalOfAnotherContainerIsNoJournal() throws Exception {
        damage(new String(host.inRuntime(JOURNAL), StandardCharsets.UTF_8)
                .replace("\"container\":\"web\"", "\"container\":\"other\""));
        assertThat(host.runs).hasSize(1);
        assertThat(status().phase()).isEqualTo(Phase.RUNNING);
        command("restart");
        assertThat(host.runs).hasSize(2);
    }

    @Test
    void bytesAreKeptAndCounted() throws Exception {
        damage("rubbish");
        assertThat(host.inRuntime(JOURNAL + ".damaged")).isEqualTo(bytes("rubbish"));
        var heartbeat = new BusRecord(kafka.latest(Topics.HOSTS.name()).get(H0.value())).value(HostStatus.class);
        assertThat(heartbeat.damagedFiles()).isEqualTo(1);
        damage("more rubbish");
        assertThat(host.runs).hasSize(1);
    }
}
