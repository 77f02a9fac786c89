package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.gateway.http.Endpoint.Parameter;
import io.hatchery.spec.json.Json;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Lists, a page at a time. */
final class PagedList {
    private static final int USUAL = 100;
    private static final int LONGEST = 1000;

    static final Parameter LIMIT =
            Parameter.query("limit", "At most so many", ParameterTypes.integer(1, LONGEST, USUAL));
    static final Parameter CURSOR = Parameter.query("cursor", "The next of the page before");

    private PagedList() {}

    /**
     * The first items of what is left of a list.
     *
     * @param limit at most so many
     * @param left in the order of the list, from the request's cursor on, with one more than the limit if there are more
     * @param cursor what the next page begins behind, as text
     */
    static <T> Answer page(int limit, Stream<T> left, Function<T, Object> item, Function<T, String> cursor) {
        List<T> shown = left.limit(limit + 1L).toList();
        ObjectNode page = Json.object();
        ArrayNode items = page.putArray("items");
        shown.stream().limit(limit).map(item).map(Json::node).forEach(items::add);
        if (shown.size() > limit) {
            page.put("next", cursor.apply(shown.get(limit - 1)));
        } else {
            page.putNull("next");
        }
        return Answer.of(200, page);
    }

    /** A list that is never longer than a page. */
    static Answer all(List<?> list) {
        return page(LONGEST, list.stream().limit(LONGEST), Json::node, item -> "");
    }

    /** How many items a page has. */
    static int limit(RoutingContext request) {
        return Requests.limit(request, USUAL, LONGEST);
    }
}
