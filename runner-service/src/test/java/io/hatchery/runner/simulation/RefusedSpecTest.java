package io.hatchery.runner.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.json.Json;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Specs that someone else than config-service wrote to a host's topic. */
final class RefusedSpecTest {
    private static final ContainerName WEB = new ContainerName("web");
    private static final String SPECS = Topics.specs(OneHost.H0).name();

    private final OneHost one = new OneHost();
    private ObjectNode spec;

    @BeforeEach
    void define() throws Exception {
        String text = "{\"host\":\"h0\",\"root\":\"/srv/web\",\"boot\":true,\"autoStart\":true,\"restart\":\"always\","
                + "\"readiness\":\"started\"}";
        one.write(Topics.DEFINITIONS.name(), "web", text, "d-1");
        one.pass();
        spec = one.latest(Topics.specs(OneHost.H0), "web", ObjectNode.class);
        spec.put("generation", 7);
    }

    private String refusal(String key) {
        one.write(SPECS, key, Json.text(spec), "s-1");
        one.pass();
        assertThat(one.host.runs).hasSize(1);
        assertThat(one.host.living(WEB)).isNotNull();
        List<BusRecord> dead = one.written.stream()
                .filter(record -> record.topic().equals(Topics.DEAD_LETTERS.name()))
                .toList();
        assertThat(dead).hasSize(1);
        return dead.getFirst().header(Headers.REASON).orElseThrow();
    }

    @Test
    void specOfAnotherHostIsADeadLetter() {
        spec.put("host", "h9");
        assertThat(refusal("web")).contains("it is for host h9, and this is host h0");
    }

    @Test
    void specUnderAnotherKeyIsADeadLetter() {
        assertThat(refusal("other")).contains("it is of container web, and its key is other");
    }

    @Test
    void specThatTheEvaluatorWouldRefuseIsADeadLetter() {
        spec.put("root", "/srv/../etc");
        assertThat(refusal("web")).contains("containers.web.root: '..' is not allowed in a path");
    }

    @Test
    void specInAnotherFormIsADeadLetter() {
        spec.put("root", "/srv//web");
        assertThat(refusal("web")).contains("it is not in the canonical form of a spec: root");
    }

    @Test
    void specOfTheEvaluatorIsTakenOn() {
        one.write(SPECS, "web", Json.text(spec.put("root", "/srv/other")), "s-1");
        one.pass();
        assertThat(one.host.runs).hasSize(2);
    }
}
