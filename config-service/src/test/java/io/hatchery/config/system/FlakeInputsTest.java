package io.hatchery.config.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.spec.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlakeInputsTest {
    private static JsonNode json(String text) throws Exception {
        return Json.readObject(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> words(String described, String lock) throws Exception {
        return FlakeInputs.of(json(described), json(lock)).stream()
                .map(input -> input.words() + " " + (input.flake() ? "is read: " : "is not read: ")
                        + (input.reference().isTextual()
                                ? input.reference().textValue()
                                : Json.text(input.reference())))
                .toList();
    }

    @Test
    void inputsOfEveryFormAreFound() throws Exception {
        assertThat(words(
                        "{'inputs':{'a':{'url':'path:/a'},'b':{'url':'path:/b','flake':false},"
                                + "'c':{'follows':'a'},'d':{'type':'path','path':'/d','flake':true},'e':{},'f':'path:/f',"
                                + "'g':{'follows':'a','inputs':{'h':{'url':'path:/h'}}}},'arguments':['self','a','i']}",
                        "{}"))
                .containsExactlyInAnyOrder(
                        "input a is read: path:/a",
                        "input b is not read: path:/b",
                        "input d is read: {\"type\":\"path\",\"path\":\"/d\"}",
                        "input e is read: flake:e",
                        "input f is read: path:/f",
                        "input g.h is read: path:/h",
                        "input i is read: flake:i");
    }

    @Test
    void lockedInputsOfEveryNodeAreFoundWithoutBeingRead() throws Exception {
        assertThat(words(
                        "{'inputs':{'a':{'url':'github:o/a'}},'arguments':['self','a']}",
                        "{'root':'root','nodes':{'root':{'inputs':{'a':'a'}},'a':{'inputs':{'b':'b'},"
                                + "'locked':{'type':'github','owner':'o','repo':'a'},'original':{'type':'github'}},"
                                + "'b':{'locked':{'type':'path','path':'/b'}}}}"))
                .containsExactlyInAnyOrder(
                        "input a is not read: github:o/a",
                        "input a of flake.lock is not read: {\"type\":\"github\",\"owner\":\"o\",\"repo\":\"a\"}",
                        "input a of flake.lock is not read: {\"type\":\"github\"}",
                        "input b of flake.lock is not read: {\"type\":\"path\",\"path\":\"/b\"}");
    }
}
