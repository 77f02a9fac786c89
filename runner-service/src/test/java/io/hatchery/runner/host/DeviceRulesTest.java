package io.hatchery.runner.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.runner.cgroup.DeviceRule;
import io.hatchery.runner.lifecycle.SpecsOfTests;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceRulesTest {
    private static final String KNOWN = """
            Character devices:
              1 mem
            116 alsa
            136 pts
            137 pts

            Block devices:
              7 loop
            259 blkext
            """;

    private static ContainerSpec allowing(String devices) {
        return SpecsOfTests.with("{\"confinement\": {\"privateUsers\": \"no\", \"additionalCapabilities\": [],"
                + " \"enableTun\": false, \"allowedDevices\": [" + devices + "], \"extraFlags\": []}}");
    }

    private static List<String> lines(List<DeviceRule> rules) {
        return rules.stream().map(DeviceRule::controllerLine).toList();
    }

    private static List<String> group(String node) {
        return lines(DeviceRules.group(new Device(node, "rw"), KNOWN, true));
    }

    @Test
    void byDefaultOnlyPseudoDevicesAreOpen() throws IOException {
        assertThat(lines(DeviceRules.of(allowing(""))))
                .contains("c 1:3 rwm", "c 1:9 rwm", "c 5:0 rwm", "c 136:* rw")
                .allMatch(line -> line.matches("[bc] 0:0 rwm|c (1:[35789]|5:[02]) rwm|c 1[34]\\d:\\* rw"));
    }

    @Test
    void nodeIsAllowedByItsNumbers() throws IOException {
        assertThat(lines(DeviceRules.of(allowing("{\"node\": \"/dev/null\", \"modifier\": \"r\"}"))))
                .contains("c 1:3 r");
    }

    @Test
    void deviceGroupAllowsAllMajorsOfItsName() {
        assertThat(group("char-pts")).containsExactly("c 136:* rw", "c 137:* rw");
        assertThat(group("block-loop")).containsExactly("b 7:* rw");
        assertThat(group("char-al*")).containsExactly("c 116:* rw");
        assertThat(group("char-p?s")).containsExactly("c 136:* rw", "c 137:* rw");
        assertThat(group("block-*")).containsExactly("b 7:* rw", "b 259:* rw");
        assertThat(group("char-loop")).isEmpty();
        assertThat(group("char-p.s")).isEmpty();
    }

    @Test
    void deviceThatTheHostLacksIsNamed(@TempDir Path folder) {
        assertThatThrownBy(() -> DeviceRules.of(allowing("{\"node\": \"/dev/nothere\", \"modifier\": \"r\"}")))
                .hasMessageContaining("this host has no /dev/nothere");
        assertThatThrownBy(() -> DeviceRules.of(allowing("{\"node\": \"char-none\", \"modifier\": \"r\"}")))
                .hasMessageContaining("this host has no char-none in /proc/devices");
        assertThatThrownBy(() -> DeviceRules.of(allowing("{\"node\": \"" + folder + "\", \"modifier\": \"r\"}")))
                .hasMessageContaining("is no device");
    }

    @Test
    void numbersAreTakenApartAsTheyWerePutTogether() {
        assertThat(DeviceRules.major(0x103)).isEqualTo(1);
        assertThat(DeviceRules.minor(0x103)).isEqualTo(3);
        assertThat(DeviceRules.major(0xfd200L)).isEqualTo(0xfd2);
        assertThat(DeviceRules.minor(0x10_0105L)).isEqualTo(0x105);
    }

    @Test
    void missingProgramIsNamed() {
        var missing = new SupervisorProgram(Path.of("/nowhere/hatchery-supervisor"));
        assertThatThrownBy(() -> missing.enter(2, List.of("/bin/true")))
                .hasMessageContaining("/nowhere/hatchery-supervisor");
        assertThatThrownBy(() -> missing.attach(Path.of("/sys/fs/cgroup"), List.of()))
                .hasMessageContaining("/nowhere/hatchery-supervisor");
    }
}
