package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hatchery audit}. */
@Command(
        name = "audit",
        description = "List who changed what by the API, and which requests were refused",
        footer = "Only the token of an administrator whose scope is the whole fleet can do this.",
        mixinStandardHelpOptions = true)
final class AuditCommand implements Callable<Integer> {
    private static final int LONGEST_PAGE = 1000;

    @Mixin
    private ApiClient api = new ApiClient();

    @Option(names = "--limit", paramLabel = "N", description = "At most N entries, the newest", defaultValue = "100")
    private int limit = 100;

    @Option(
            names = "--verify",
            description = "Check the whole trail instead: whether an entry is missing or was changed")
    private boolean verify;

    @Override
    public Integer call() {
        if (verify) {
            return verify();
        }
        List<JsonNode> items = newest();
        if (api.json()) {
            ArrayNode all = Json.object().putArray("items");
            items.forEach(all::add);
            Output.json(all);
            return 0;
        }
        var table = new TextTable("TIME", "PRINCIPAL", "ACTION", "OBJECT", "STATUS", "FROM", "DETAIL");
        for (JsonNode item : items) {
            JsonNode entry = item.path("entry");
            table.row(
                    TextTable.time(entry.path("at")),
                    entry.path("principal").asText("-"),
                    entry.path("action")
                            .asText("unreadable record " + item.path("offset").asText()),
                    entry.path("object").asText(),
                    entry.path("status").asText(),
                    entry.path("remote").asText(),
                    entry.path("detail").asText(""));
        }
        Output.text(table.text());
        return 0;
    }

    /** The newest entries, the oldest of them first. */
    private List<JsonNode> newest() {
        if (limit < 1) {
            throw new UserError("--limit is " + limit + ": give at least 1");
        }
        var items = new ArrayList<JsonNode>();
        String before = null;
        do {
            ObjectNode page = page(before, Math.min(LONGEST_PAGE, limit - items.size()));
            var older = new ArrayList<JsonNode>();
            page.path("items").forEach(older::add);
            items.addAll(0, older);
            before = page.path("previous").textValue();
        } while (before != null && items.size() < limit);
        return items;
    }

    private ObjectNode page(@Nullable String before, int size) {
        return api.call("GET", "/v1/audit?limit=" + size + (before == null ? "" : "&before=" + before))
                .body();
    }

    private int verify() {
        var check = new AuditCheck();
        String before = null;
        do {
            ObjectNode page = page(before, LONGEST_PAGE);
            for (int i = page.path("items").size() - 1; i >= 0; i--) {
                check.older(page.path("items").get(i));
            }
            before = page.path("previous").textValue();
        } while (before != null);
        check.problems().forEach(Output::line);
        Output.line(check.entries() + " entries, " + check.problems().size() + " problems");
        return check.problems().isEmpty() ? 0 : 1;
    }
}
