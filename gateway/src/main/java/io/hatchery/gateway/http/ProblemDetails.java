package io.hatchery.gateway.http;

import io.hatchery.spec.option.DefinitionProblem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a refusal (RFC 9457).
 *
 * @param type what kind of problem it is, as a URI
 * @param title that kind in words
 * @param status the HTTP status
 * @param detail what is wrong, and what to do
 * @param instance the path of the request; null if it is not known
 * @param errors everything that is wrong with a definition; null if the problem is no definition's
 */
record ProblemDetails(
        String type,
        String title,
        int status,
        String detail,
        @Nullable String instance,
        @Nullable List<DefinitionProblem> errors) {}
