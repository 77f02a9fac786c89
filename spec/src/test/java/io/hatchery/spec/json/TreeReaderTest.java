package io.hatchery.spec.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreeReaderTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "{\"a\": {\"b\": [1, -2, 9223372036854775807, 123456789012345678901234567890]}, \"c\": null}",
                "[true, false, 1.5, 1e400, 0.1, \"text \\u00e4\\n\", \"\"]",
                "{\"\": [{}, [[]]]}"
            })
    void treeEqualsThatOfAMapper(String text) throws JsonProcessingException {
        assertThat(TreeReader.read(text)).isEqualTo(JsonMapper.builder().build().readTree(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[1", "{\"a\"}", "{\"a\": 1, \"a\": 2}", "{} {}", "[1,]", "nul", "]"})
    void textThatIsNoSingleValueIsRefused(String text) {
        assertThatThrownBy(() -> TreeReader.read(text)).isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void depthIsBounded() throws JsonProcessingException {
        assertThat(TreeReader.read(nested(Json.MAX_DEPTH)).isArray()).isTrue();
        assertThatThrownBy(() -> TreeReader.read(nested(Json.MAX_DEPTH + 1)))
                .isInstanceOf(JsonProcessingException.class)
                .hasMessageContaining("nesting depth");
    }

    private static String nested(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }
}
