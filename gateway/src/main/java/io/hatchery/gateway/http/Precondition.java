package io.hatchery.gateway.http;

import io.hatchery.protocol.Headers;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The revision that a change is meant for (RFC 9110, 13.1).
 *
 * @param revision as the header of a definition carries it; null if any is right
 * @param refusal the kind of problem if another one is in force
 */
record Precondition(@Nullable String revision, ProblemType refusal) {
    /** What {@link Answer#versioned} writes; the part behind the revision is of the representation, not of the definition. */
    private static final Pattern ETAG = Pattern.compile("\"(\\d{1,18})(-[A-Za-z0-9_-]*)?\"");

    private static final String ANY = "*";

    /** A change of whatever is in force. */
    static final Precondition NONE = new Precondition(null, ProblemType.PRECONDITION_FAILED);

    static final Endpoint.Parameter IF_NONE_MATCH =
            Endpoint.Parameter.header("If-None-Match", "* if it must not exist yet");

    /** A change that the gateway bases on a revision, which the client did not name. */
    static Precondition unchangedSince(long revision) {
        return new Precondition(String.valueOf(revision), ProblemType.CHANGED_MEANWHILE);
    }

    /**
     * Reads If-Match or If-None-Match of a change.
     *
     * @param exists whether there is something to change, as far as the gateway has read
     */
    static Precondition of(RoutingContext request, boolean exists) {
        String ifNoneMatch = request.request().getHeader(HttpHeaders.IF_NONE_MATCH);
        if (ifNoneMatch != null) {
            if (!ifNoneMatch.strip().equals(ANY)) {
                throw new ApiProblem(
                        ProblemType.INVALID_REQUEST,
                        "header If-None-Match of a change is '" + ifNoneMatch
                                + "': send *, which requires that the resource does not exist, or leave it out");
            }
            return expecting(Headers.NO_REVISION);
        }
        String ifMatch = request.request().getHeader(HttpHeaders.IF_MATCH);
        if (ifMatch == null || ifMatch.strip().equals(ANY) && exists) {
            return expecting(null);
        }
        if (ifMatch.strip().equals(ANY)) {
            throw new ApiProblem(
                    ProblemType.PRECONDITION_FAILED,
                    "header If-Match is *, and the resource does not exist: leave the header out to create it");
        }
        if (ifMatch.strip().startsWith("W/")) {
            throw new ApiProblem(
                    ProblemType.PRECONDITION_FAILED,
                    "header If-Match is '" + ifMatch + "', and a weak tag never matches: remove W/");
        }
        var matcher = ETAG.matcher(ifMatch.strip());
        if (!matcher.matches()) {
            throw new ApiProblem(
                    ProblemType.INVALID_REQUEST,
                    "header If-Match is '" + ifMatch
                            + "': give one ETag as it was received, or a revision such as \"42\"");
        }
        return expecting(matcher.group(1));
    }

    private static Precondition expecting(@Nullable String revision) {
        return new Precondition(revision, ProblemType.PRECONDITION_FAILED);
    }

    /**
     * Checks it against what the gateway has read, where nobody else checks it.
     *
     * @param current the revision that is in force; null if there is none
     * @throws ApiProblem if it does not hold
     */
    void requireHolds(@Nullable Long current) {
        String actual = current == null ? Headers.NO_REVISION : String.valueOf(current);
        if (revision != null && !revision.equals(actual)) {
            throw new ApiProblem(
                    refusal,
                    "the change is meant for "
                            + (revision.equals(Headers.NO_REVISION) ? "something new" : "revision " + revision)
                            + ", and "
                            + (current == null ? "there is nothing" : "revision " + current + " is in force")
                            + ": read it again and redo the change");
        }
    }
}
