package io.hatchery.bus.authentication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.hatchery.protocol.Authentication;
import io.hatchery.protocol.access.Principal;
import io.hatchery.spec.HostName;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What files of keys hold, and what is refused in them. */
class KeyFileTest {
    private static final Principal RUNNER = new Principal.RunnerUser(new HostName("h1"));

    @Test
    void runnerHasKeysOfItsHostAndServicesHaveOnlyTheRootsThatTheyNeed() {
        FleetKeys fleet = FleetKeys.random();
        assertThat(fleet.of(RUNNER)).containsOnlyKeys("current", "host", "1.spec", "1.command", "1.report");
        assertThat(fleet.of(new Principal.GatewayUser("1")))
                .containsOnlyKeys("current", "1.command.root", "1.report.root");
        assertThat(fleet.of(new Principal.ConfigServiceUser("1")))
                .containsOnlyKeys("current", "1.spec.root", "1.command.root", "1.report.root");
    }

    @Test
    void keysOfHostsPurposesAndIdsDiffer() {
        FleetKeys fleet = FleetKeys.random().withNext();
        var all = new TreeMap<String, String>();
        for (String host : new String[] {"h1", "h10", "h2"}) {
            fleet.of(new Principal.RunnerUser(new HostName(host))).forEach((name, key) -> {
                if (!name.equals("host") && !name.equals("current")) {
                    all.put(host + "/" + name, key);
                }
            });
        }
        assertThat(all).hasSize(18);
        assertThat(all.values()).doesNotHaveDuplicates();
    }

    @Test
    void fleetKeysAreReadAsTheyWereWritten() {
        FleetKeys fleet = FleetKeys.random().withNext();
        assertThat(FleetKeys.of(fleet.properties())).isEqualTo(fleet);
    }

    @ParameterizedTest
    @CsvSource({
        "current, 2, there is no key with the id '2'",
        "1.spec, AAAA, the key 1.spec has 3 bytes",
        "1.spec, ä, the key 1.spec is not base64",
        "1.other, AAAA, 1.other' is not the name of a key of a host",
        "1.spec.root, AAAA, 1.spec.root' is not the name of a key of a host",
        "host, H!, is not the name of a host"
    })
    void damagedPropertyIsNamed(String name, String value, String message) {
        Map<String, String> properties = FleetKeys.random().of(RUNNER);
        properties.put(name, value);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecordKeys.of(properties))
                .withMessageContaining(message);
    }

    @Test
    void missingCurrentKeyIdIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecordKeys.of(Map.of()))
                .withMessageContaining("'current' is missing");
    }

    @Test
    void keysCoverTheirPurposesOnly() {
        RecordKeys keys = RecordKeys.of(FleetKeys.random().of(new Principal.GatewayUser("1")));
        assertThat(keys.covers(Authentication.COMMAND)).isTrue();
        assertThat(keys.covers(Authentication.SPEC)).isFalse();
        assertThat(keys.covers(Authentication.NONE)).isFalse();
    }
}
