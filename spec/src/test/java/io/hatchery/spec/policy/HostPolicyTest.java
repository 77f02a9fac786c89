package io.hatchery.spec.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostPolicyTest {
    private static HostPolicy read(String yaml) throws UnreadableException {
        return HostPolicy.read(yaml.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "level: high                                       | level",
                "levle: baseline                                   | line 1",
                "allow: {bind: []}                                 | bind",
                "allow: {binds: [{path: /srv, writeable: true}]}   | writeable",
                "allow: {binds: [{path: srv}]}                     | no absolute path",
                "allow: {binds: [{path: /srv/../etc}]}             | has '..'",
                "allow: {binds: [{path: /}]}                       | cannot be allowed",
                "allow: {binds: [{path: /etc/ssl}]}                | cannot be allowed",
                "allow: {binds: [{path: /var}]}                    | cannot be allowed",
                "allow: {rootPrefixes: [/]}                        | rootPrefixes",
                "allow: {subnets: [10.0.0.0/33]}                   | not a subnet",
                "allow: {subnets: [ten/8]}                         | not a subnet",
                "allow: {privateUsers: [maybe]}                    | privateUsers: 'maybe'",
                "allow: {extraFlags: [any]}                        | extraFlags: 'any'",
                "allow: {devices: [{node: /dev/x, modifier: q}]}   | devices",
                "exceptions: [{level: privileged}]                 | selector",
                "exceptions: [{selector: '', level: privileged}]   | without selector",
                "exceptions: [{selector: 'a in b'}]                | not a requirement",
                "level: [                                          | line",
                "level: baseline, level: privileged                | line 1",
            })
    void wrongPolicyIsRefused(String yaml, String message) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(UnreadableException.class)
                .hasMessageContaining(message);
    }

    @Test
    void unknownKeyBeforeWrongYamlIsRefused() {
        assertThatThrownBy(() -> read("allow: {nope: 1}\nexceptions: [{"))
                .isInstanceOf(UnreadableException.class)
                .hasMessageContaining("nope");
    }

    @Test
    void unknownKeyIsReportedWithItsLine() {
        assertThatThrownBy(() -> read("level: baseline\nallow:\n  interfaces: [eth1]\n  interfces: [eth2]\n"))
                .hasMessageContaining("interfces")
                .hasMessageContaining("line 4");
    }

    @Test
    void sizeIsBounded() {
        assertThatThrownBy(() -> read("level: baseline #" + "x".repeat(HostPolicy.MOST_BYTES)))
                .hasMessageContaining("at most");
        String many = "allow: {interfaces: [" + "a,".repeat(PolicyAllowances.LONGEST) + "b]}";
        assertThatThrownBy(() -> read(many)).hasMessageContaining("at most 200");
    }

    @Test
    void listsReplaceDefaultsAndExceptionsAdd() throws UnreadableException {
        HostPolicy policy = read("allow: {binds: [{path: /data}]}");
        assertThat(policy.general().binds()).containsExactly(new AllowedBind("/data", null));
        assertThat(policy.general().rootPrefixes()).contains("/var/lib/containers");
        assertThat(policy.general().level()).isEqualTo(PolicyLevel.BASELINE);
    }

    @Test
    void policyCanBeReadFromWhatHeartbeatsCarry() throws UnreadableException {
        HostPolicy policy = read("{level: restricted, allow: {interfaces: [a]}, exceptions: [{selector: 'x=y', level:"
                + " privileged, allow: {binds: [{path: /usr/share}]}}]}");
        assertThat(Json.read(Json.bytes(policy), HostPolicy.class)).isEqualTo(policy);
        assertThat(Json.text(read("{}"))).isEqualTo("{\"level\":\"baseline\"}");
    }
}
