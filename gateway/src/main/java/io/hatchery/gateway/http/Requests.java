package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Span;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.vertx.ext.web.RoutingContext;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the parts of a request; an error is an {@link ApiProblem} that names the part. */
final class Requests {
    /** How long a client may wait for something. */
    static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    private static final String PRINCIPAL = "principal";

    private Requests() {}

    /** Who sends a request, which was authenticated. */
    static ApiPrincipal principal(RoutingContext request) {
        ApiPrincipal principal = knownPrincipal(request);
        if (principal == null) {
            throw new IllegalStateException(
                    "the request to " + request.request().path() + " was not authenticated");
        }
        return principal;
    }

    /** Who sends a request; null if it was not authenticated, or not yet. */
    static @Nullable ApiPrincipal knownPrincipal(RoutingContext request) {
        return request.get(PRINCIPAL);
    }

    static void authenticated(RoutingContext request, ApiPrincipal principal) {
        request.put(PRINCIPAL, principal);
    }

    static ContainerName container(RoutingContext request) {
        return path(request, "name", ContainerName::new);
    }

    static <T> T path(RoutingContext request, String parameter, Function<String, T> parse) {
        try {
            return parse.apply(request.pathParam(parameter));
        } catch (IllegalArgumentException e) {
            throw new ApiProblem(ProblemType.INVALID_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    static <T> @Nullable T query(RoutingContext request, String parameter, Function<String, T> parse) {
        String text = request.queryParams().get(parameter);
        if (text == null) {
            return null;
        }
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            throw new ApiProblem(ProblemType.INVALID_REQUEST, "query parameter " + parameter + ": " + e.getMessage());
        }
    }

    /** How long the client waits for the end; empty if it does not. */
    static Optional<Duration> waitFor(RoutingContext request) {
        return Optional.ofNullable(query(request, "wait", text -> {
            Span span = Span.parse(text);
            if (span.isInfinite() || span.toDuration().compareTo(LONGEST_WAIT) > 0) {
                throw new IllegalArgumentException("wait at most " + LONGEST_WAIT.toMinutes() + "min, and ask again");
            }
            return span.toDuration();
        }));
    }

    /**
     * A point in time.
     *
     * @throws IllegalArgumentException if the text is not RFC 3339
     */
    static Instant time(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("give a time as RFC 3339 has it, such as 2026-05-01T12:00:00Z", e);
        }
    }

    /**
     * The value that a word stands for.
     *
     * @param what kind of value it is
     * @throws IllegalArgumentException if it stands for none
     */
    static <T> T oneOf(String what, String word, List<T> values, Function<T, String> wordOf) {
        return values.stream()
                .filter(value -> wordOf.apply(value).equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such " + what + " '" + word + "': give one of "
                        + values.stream().map(wordOf).collect(Collectors.joining(", "))));
    }

    static int limit(RoutingContext request, int usual, int most) {
        Integer limit = query(request, "limit", text -> {
            int number = text.matches("\\d{1,6}") ? Integer.parseInt(text) : 0;
            if (number < 1 || number > most) {
                throw new IllegalArgumentException("give a number from 1 to " + most);
            }
            return number;
        });
        return limit == null ? usual : limit;
    }

    /** The definition in a body, JSON or YAML by its Content-Type; without one, by its first character. Slow for large bodies. */
    static ContainerDefinition definition(byte[] bytes, @Nullable String type) {
        return new ContainerDefinition(object(bytes, type));
    }

    /** The object in a body, in the forms of a definition. */
    static ObjectNode object(byte[] bytes, @Nullable String type) {
        String media = type == null ? "" : type.split(";")[0].strip().toLowerCase(Locale.ROOT);
        try {
            return switch (media) {
                case "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml" -> Json.readYamlObject(bytes);
                // curl -d sends the second by default.
                case "application/json", "application/x-www-form-urlencoded", "" -> jsonOrYaml(bytes, media);
                default ->
                    throw new ApiProblem(
                            ProblemType.UNSUPPORTED_MEDIA_TYPE,
                            "Content-Type " + media + ": send application/json or application/yaml");
            };
        } catch (UnreadableException e) {
            throw new ApiProblem(ProblemType.INVALID_REQUEST, "the body cannot be read: " + e.getMessage());
        }
    }

    private static ObjectNode jsonOrYaml(byte[] bytes, String media) throws UnreadableException {
        boolean json = media.equals("application/json") || bytes.length > 0 && bytes[0] == '{';
        return json ? Json.readObject(bytes) : Json.readYamlObject(bytes);
    }
}
