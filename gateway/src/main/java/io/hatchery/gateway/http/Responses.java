package io.hatchery.gateway.http;

import io.hatchery.spec.json.Json;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Writes answers. */
final class Responses {
    private static final String JSON = "application/json";
    private static final int TAG_BYTES = 12;

    private Responses() {}

    /** Answers with JSON; a read whose client has it already is answered with 304 (RFC 9110, 13.1.2). */
    static void json(RoutingContext request, int status, Object body) {
        String text = Json.text(body);
        tagged(request, status, "", text, text);
    }

    /** Answers with JSON that is rendered already. */
    static void answer(RoutingContext request, Answer answer) {
        tagged(
                request,
                answer.status(),
                answer.revision() == null ? "" : answer.revision() + "-",
                answer.json(),
                answer.tagged());
    }

    private static void tagged(RoutingContext request, int status, String prefix, String body, String tagged) {
        boolean isRead = request.request().method().equals(HttpMethod.GET)
                || request.request().method().equals(HttpMethod.HEAD);
        if (request.response().ended() || status >= 300 || !isRead && prefix.isEmpty()) {
            write(request, status, JSON, body);
            return;
        }
        String tag = "\"" + prefix + digest(tagged) + "\"";
        request.response().putHeader(HttpHeaders.ETAG, tag);
        if (isRead && status == 200 && matches(request.request().getHeader(HttpHeaders.IF_NONE_MATCH), tag)) {
            var _ = request.response().setStatusCode(304).end();
            return;
        }
        write(request, status, JSON, body);
    }

    private static boolean matches(@Nullable String ifNoneMatch, String tag) {
        return ifNoneMatch != null
                && Arrays.stream(ifNoneMatch.split(","))
                        .map(String::strip)
                        .anyMatch(each ->
                                each.equals("*") || each.replaceFirst("^W/", "").equals(tag));
    }

    private static String digest(String body) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, TAG_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static void problem(RoutingContext request, ApiProblem problem) {
        if (request.response().ended()) {
            return;
        }
        if (problem.status() == 401) {
            request.response().putHeader("WWW-Authenticate", "Bearer");
        }
        if (problem.status() == 503 && !request.response().headers().contains("Retry-After")) {
            request.response().putHeader("Retry-After", "1");
        }
        write(
                request,
                problem.status(),
                ApiProblem.MEDIA_TYPE,
                Json.text(problem.body(request.request().path())));
    }

    static void write(RoutingContext request, int status, String mediaType, String body) {
        if (request.response().ended()) {
            return;
        }
        byte[] bytes = (body + (mediaType.endsWith("json") ? "\n" : "")).getBytes(StandardCharsets.UTF_8);
        request.response().setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, mediaType);
        if (request.request().method().equals(HttpMethod.HEAD)) {
            request.response().putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(bytes.length));
            var _ = request.response().end();
        } else {
            var _ = request.response().end(Buffer.buffer(bytes));
        }
    }
}
