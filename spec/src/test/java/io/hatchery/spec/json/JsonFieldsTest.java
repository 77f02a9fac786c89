package io.hatchery.spec.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonFieldsTest {
    private static JsonFields fields(String json) throws UnreadableException {
        return JsonFields.of(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void valuesAreThoseThatWereWritten() throws Exception {
        String json =
                " { \"a\" : {\"b\": [1, {\"c\":\"}\"}]} , \"é\":\"x\\\"ü\" ,\"n\":-1.50e3, \"t\": true ,\"z\":null,\"l\":[ ]}";
        JsonFields fields = fields(json);
        assertThat(fields.names()).containsExactly("a", "é", "n", "t", "l");
        assertThat(fields.get("a")).isEqualTo("{\"b\": [1, {\"c\":\"}\"}]}");
        assertThat(fields.get("é")).isEqualTo("\"x\\\"ü\"");
        assertThat(fields.get("n")).isEqualTo("-1.50e3");
        assertThat(fields.get("t")).isEqualTo("true");
        assertThat(fields.get("l")).isEqualTo("[ ]");
        assertThat(fields.get("z")).isNull();
        assertThat(fields.get("none")).isNull();
        assertThat(fields.text()).isEqualTo(json);
    }

    @Test
    void whatIsNoObjectIsRefused() {
        for (String json : List.of("", "[]", "1", "null", "{", "{\"a\":}", "{\"a\":1")) {
            assertThatThrownBy(() -> fields(json)).as(json).isInstanceOf(UnreadableException.class);
        }
    }

    @Test
    void objectIsBuiltFromParts() throws Exception {
        String json = new JsonText()
                .string("name", "a\"b")
                .string("none", null)
                .field("absent", null)
                .field("number", "1")
                .object("object", object -> object.field("x", "[]"))
                .array("empty", List.of())
                .array("list", List.of("1", "{}"))
                .field("a\"b", "2")
                .end();
        assertThat(json)
                .isEqualTo(
                        "{\"name\":\"a\\\"b\",\"number\":1,\"object\":{\"x\":[]},\"empty\":[],\"list\":[1,{}],\"a\\\"b\":2}");
        assertThat(Json.readObject(json.getBytes(StandardCharsets.UTF_8))).hasSize(6);
    }
}
