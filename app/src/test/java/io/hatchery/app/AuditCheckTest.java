package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditCheckTest {
    private final List<ObjectNode> trail = new ArrayList<>();

    private void add(String gateway, long sequence, String previous, String hash) {
        ObjectNode item = Json.object().put("offset", trail.size()).put("hash", hash);
        item.putObject("entry")
                .put("gateway", gateway)
                .put("sequence", sequence)
                .put("previous", previous);
        trail.add(item);
    }

    private List<String> problems() {
        var check = new AuditCheck();
        trail.reversed().forEach(check::older);
        assertThat(check.entries()).isEqualTo(trail.size());
        return check.problems();
    }

    private void fill() {
        add("a", 0, "", "a0");
        add("a", 1, "a0", "a1");
        add("b", 0, "", "b0");
        add("a", 2, "a1", "a2");
        add("b", 1, "b0", "b1");
    }

    @Test
    void completeChainsHaveNoProblem() {
        fill();
        assertThat(problems()).isEmpty();
    }

    @Test
    void expiredFrontIsNoProblem() {
        fill();
        trail.subList(0, 2).clear();
        assertThat(problems()).isEmpty();
    }

    @Test
    void missingEntryIsFound() {
        fill();
        trail.remove(1);
        assertThat(problems()).singleElement().asString().contains("entry 1 is expected");
    }

    @Test
    void changedEntryIsFound() {
        fill();
        trail.get(1).put("hash", "other");
        assertThat(problems()).containsExactly("record 1, entry 1 of gateway a, was changed");
    }

    @Test
    void addedEntryAndForeignRecordAreFound() {
        fill();
        trail.add(2, trail.get(1).deepCopy());
        trail.add(Json.object().put("offset", 9).put("hash", "x"));
        assertThat(problems()).hasSize(2).anyMatch(problem -> problem.contains("record 9 is not an entry"));
    }
}
