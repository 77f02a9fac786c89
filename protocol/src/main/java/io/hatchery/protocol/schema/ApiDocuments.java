package io.hatchery.protocol.schema;

import io.hatchery.spec.json.Json;
import java.util.Map;
import java.util.TreeMap;

/** The files of {@code docs/api}, and the pages of the topics and of access above it. */
public final class ApiDocuments {
    private ApiDocuments() {}

    /** Their texts by path below {@code docs/api}. */
    public static Map<String, String> all() {
        var schemas = Schemas.all();
        var files = new TreeMap<String, String>();
        schemas.forEach((name, schema) -> files.put("schemas/" + name + ".json", Json.pretty(schema) + "\n"));
        files.put("asyncapi.json", Json.pretty(AsyncApi.document(schemas)) + "\n");
        files.put("../reference/access.md", AccessPage.markdown());
        files.put("../reference/topics.md", TopicsPage.markdown());
        return files;
    }
}
