package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.spec.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextTableTest {
    private static String list(String container) throws Exception {
        JsonNode read = Json.readObject(container.getBytes(StandardCharsets.UTF_8));
        return TextTable.ofContainers(List.of(read), Instant.EPOCH).text();
    }

    @Test
    void noteOfAnUnplacedContainerHasTheLabelsThatNoHostHas() throws Exception {
        assertThat(list("""
                        {"name": "web", "definition": {"hostSelector": {"zone": "north", "disk": "ssd"}},
                         "evaluation": {"state": "unplaced"}, "status": {"phase": "absent"}}
                        """)).contains("no host that is ready has the labels disk=ssd,zone=north, see hatchery hosts");
    }

    @Test
    void noteOfAnUnplacedContainerWithoutLabelsPointsToTheHosts() throws Exception {
        assertThat(list("""
                        {"name": "web", "definition": {"boot": true},
                         "evaluation": {"state": "unplaced"}, "status": {"phase": "absent"}}
                        """)).contains("no host that is ready matches, see hatchery hosts");
    }

    @Test
    void noteOfAContainerWithoutEvaluationNamesTheService() throws Exception {
        assertThat(list("{\"name\": \"web\", \"status\": {\"phase\": \"absent\"}}"))
                .contains("is config-service running?");
    }

    @Test
    void noteOfALostContainerIsTheReasonOfItsStatus() throws Exception {
        assertThat(list("""
                        {"name": "web", "host": "h1", "evaluation": {"state": "evaluated"},
                         "status": {"phase": "unknown", "reason": "host h1 was last heard of at noon"}}
                        """)).contains("host h1 was last heard of at noon");
    }
}
