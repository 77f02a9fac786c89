package io.hatchery.spec.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RequiredComponentsTest {
    private record Inner(String text) {}

    private record Message(
            Instant at,
            int count,
            List<String> lines,
            @Nullable Inner inner) {}

    private static Message read(String json) throws UnreadableException {
        return Json.read(json.getBytes(StandardCharsets.UTF_8), Message.class);
    }

    @Test
    void nullableComponentMayBeMissingOrNull() throws UnreadableException {
        assertThat(read("{'at':'2026-01-01T00:00:00Z','count':1,'lines':[]}".replace('\'', '"'))
                        .inner())
                .isNull();
        assertThat(read("{'at':'2026-01-01T00:00:00Z','count':1,'lines':[],'inner':null}".replace('\'', '"'))
                        .inner())
                .isNull();
    }

    @Test
    void missingComponentIsUnreadableAndNamed() {
        for (String json : List.of(
                "{'count':1,'lines':[]}",
                "{'at':null,'count':1,'lines':[]}",
                "{'at':'2026-01-01T00:00:00Z','lines':[]}",
                "{'at':'2026-01-01T00:00:00Z','count':null,'lines':[]}",
                "{'at':'2026-01-01T00:00:00Z','count':1}",
                "{'at':'2026-01-01T00:00:00Z','count':1,'lines':null}",
                "{'at':'2026-01-01T00:00:00Z','count':1,'lines':[],'inner':{}}",
                "{'at':'2026-01-01T00:00:00Z','count':1,'lines':[],'inner':{'text':null}}")) {
            assertThatThrownBy(() -> read(json.replace('\'', '"')))
                    .as(json)
                    .isInstanceOf(UnreadableException.class)
                    .hasMessageMatching("(at|count|lines|inner.text): .*(missing|null).*");
        }
    }
}
