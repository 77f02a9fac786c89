package io.hatchery.gateway.http;

import io.hatchery.spec.option.DefinitionProblem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A refusal, as RFC 9457 problem details. */
final class ApiProblem extends RuntimeException {
    static final String MEDIA_TYPE = "application/problem+json";
    private static final long serialVersionUID = 1L;
    /** How many errors an answer lists. */
    static final int MAX_ERRORS = 50;
    /** How many characters of each part of an error it shows; a key or a value may be as long as the body. */
    private static final int LONGEST_TEXT = 500;

    private static final int LONGEST_DETAIL = 4_000;

    private final ProblemType type;
    private final transient List<DefinitionProblem> errors;

    ApiProblem(ProblemType type, String detail) {
        this(type, detail, List.of());
    }

    ApiProblem(ProblemType type, String detail, List<DefinitionProblem> errors) {
        super((detail.length() <= LONGEST_DETAIL ? detail : detail.substring(0, LONGEST_DETAIL) + "…")
                + (errors.size() > MAX_ERRORS
                        ? " (the first " + MAX_ERRORS + " errors are listed, and there are "
                                + (errors.size() - MAX_ERRORS) + " more)"
                        : ""));
        this.type = type;
        this.errors = errors.stream().limit(MAX_ERRORS).map(ApiProblem::cut).toList();
    }

    /** The refusal of a request whose sender is not known. */
    static ApiProblem notAuthenticated() {
        return new ApiProblem(
                ProblemType.NOT_AUTHENTICATED,
                "the request has no valid token: send the header Authorization: Bearer <token>, or, from a browser's"
                        + " websocket, the subprotocols hatchery.v1 and bearer.<token>");
    }

    private static DefinitionProblem cut(DefinitionProblem error) {
        return new DefinitionProblem(
                cut(error.path()),
                error.value() == null ? null : cut(error.value()),
                cut(error.origin()),
                cut(error.message()),
                cut(error.remedy()));
    }

    private static String cut(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
    }

    int status() {
        return type.status();
    }

    ProblemDetails body(@Nullable String path) {
        return new ProblemDetails(
                type.uri(),
                type.title(),
                type.status(),
                String.valueOf(getMessage()),
                path,
                errors.isEmpty() ? null : errors);
    }
}
