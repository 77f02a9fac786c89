package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.gateway.http.Endpoint.Parameter;
import io.hatchery.spec.json.Json;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Lists, a page at a time. */
final class PagedList {
    private static final int USUAL = 100;
    private static final int LONGEST = 1000;

    static final Parameter LIMIT =
            Parameter.query("limit", "At most so many", ParameterTypes.integer(1, LONGEST, USUAL));
    static final Parameter CURSOR = Parameter.query("cursor", "The next of the page before");

    private PagedList() {}

    /**
     * Answers with the first items of what is left of a list.
     *
     * @param left in the order of the list, from the request's cursor on
     * @param cursor what the next page begins behind, as text
     */
    static <T> void answer(
            RoutingContext request, Stream<T> left, Function<T, Object> item, Function<T, String> cursor) {
        int limit = limit(request);
        List<T> shown = left.limit(limit + 1L).toList();
        ObjectNode page = Json.object();
        ArrayNode items = page.putArray("items");
        shown.stream().limit(limit).map(item).map(Json::node).forEach(items::add);
        if (shown.size() > limit) {
            page.put("next", cursor.apply(shown.get(limit - 1)));
        } else {
            page.putNull("next");
        }
        Responses.json(request, 200, page);
    }

    /** Answers with a list that is never longer than a page. */
    static void answerAll(RoutingContext request, List<?> list) {
        answer(request, list.stream().limit(LONGEST), Json::node, item -> "");
    }

    /** How many items a page has. */
    static int limit(RoutingContext request) {
        return Requests.limit(request, USUAL, LONGEST);
    }

    /** Whether a name comes behind a cursor, which is the last name of the page before. */
    static <K extends Comparable<K>> boolean isBehind(K name, @Nullable K cursor) {
        return cursor == null || name.compareTo(cursor) > 0;
    }
}
