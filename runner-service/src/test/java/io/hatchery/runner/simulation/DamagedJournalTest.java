package io.hatchery.runner.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A container's journal in the runtime folder that cannot be read. */
final class DamagedJournalTest {
    private static final ContainerName WEB = new ContainerName("web");
    private static final String JOURNAL = "c/web/state.json";

    private final OneHost one = new OneHost();
    private final SimulatedHost host = one.host;
    private int commands;

    @BeforeEach
    void startContainer() {
        define("one", true);
        one.pass();
        assertThat(host.living(WEB)).isNotNull();
    }

    private void define(String command, boolean restartIfChanged) {
        String text = "{\"host\":\"h0\",\"root\":\"/srv/web\",\"command\":[\"/bin/" + command
                + "\"],\"autoStart\":true,\"readiness\":\"started\",\"restart\":\"always\",\"restartIfChanged\":"
                + restartIfChanged + "}";
        one.write(Topics.DEFINITIONS.name(), "web", text, "d-" + command);
    }

    private void command(String verb) {
        String text = "{\"command\":\"" + verb + "\",\"container\":\"web\"}";
        one.write(Topics.commands(OneHost.H0).name(), "web", text, "k" + commands++);
        one.pass();
    }

    private void damage(String text) {
        host.retire();
        host.damage(JOURNAL, text.getBytes(StandardCharsets.UTF_8));
        host.bringBack();
        one.pass();
        assertThat(host.hasRunner()).isTrue();
    }

    private ContainerStatus status() throws UnreadableException {
        return one.latest(Topics.STATUS, "web", ContainerStatus.class);
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
        one.pass();
        assertThat(status().outdated()).isTrue();
        ContainerStatus before = status();
        damage("");
        assertThat(host.runs).hasSize(1);
        assertThat(status().outdated()).isTrue();
        assertThat(status().generation()).isEqualTo(before.generation());
    }

    @Test
    void stoppedContainerStaysStoppedWithReason() throws Exception {
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
        one.write(Topics.DEFINITIONS.name(), "web", null, "x1");
        one.pass();
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
        assertThat(host.inRuntime(JOURNAL + ".damaged")).asString().isEqualTo("rubbish");
        HostStatus heartbeat = one.latest(Topics.HOSTS, "h0", HostStatus.class);
        assertThat(heartbeat.damagedFiles()).isEqualTo(1);
        damage("more rubbish");
        assertThat(host.runs).hasSize(1);
    }
}
