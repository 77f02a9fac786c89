package io.hatchery.gateway.http;

import io.hatchery.gateway.http.Endpoint.Parameter;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.JsonText;
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
     * The first items of what is left of a list.
     *
     * @param limit at most so many
     * @param left in the order of the list, from the request's cursor on, with one more than the limit if there are more
     * @param item as JSON
     * @param cursor what the next page begins behind, as text
     */
    static <T> Answer page(int limit, Stream<T> left, Function<T, String> item, Function<T, String> cursor) {
        List<T> shown = left.limit(limit + 1L).toList();
        return page(
                shown.stream().limit(limit).map(item).toList(),
                shown.size() > limit ? cursor.apply(shown.get(limit - 1)) : null);
    }

    /**
     * A page of a list.
     *
     * @param items as JSON
     * @param next the cursor of the next page; null if there is none
     */
    static Answer page(List<String> items, @Nullable String next) {
        return new Answer(
                200,
                null,
                new JsonText()
                        .array("items", items)
                        .field("next", next == null ? "null" : Json.text(next))
                        .end());
    }

    /** A list that is never longer than a page. */
    static Answer all(List<?> list) {
        return page(LONGEST, list.stream().limit(LONGEST), Json::text, item -> "");
    }

    /** How many items a page has. */
    static int limit(RoutingContext request) {
        return Requests.limit(request, USUAL, LONGEST);
    }
}
