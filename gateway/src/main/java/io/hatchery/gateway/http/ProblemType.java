package io.hatchery.gateway.http;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The kinds of problems that the API answers with (RFC 9457, 3.1.1); {@code docs/reference/problems.md} is made from this. */
enum ProblemType {
    INVALID_REQUEST(
            400,
            "Invalid request",
            "A path, a query parameter, a header or the body cannot be read. The detail names the part and what it takes.",
            "Correct that part. Sending the same request again gives the same answer."),
    UNKNOWN_PARAMETER(
            400,
            "Unknown query parameter",
            "The request has a query parameter that the endpoint does not take. The detail names it and the known ones.",
            "Correct the name, or leave the parameter out."),
    NOT_AUTHENTICATED(
            401,
            "Not authenticated",
            "The request shows no token, or one that does not exist, was revoked or has expired.",
            "Send the header `Authorization: Bearer TOKEN`. An administrator creates tokens with `hatchery token create`."
                    + " The administrator's own is in the file `admin.token` of the gateway's data folder, or in the file"
                    + " that `gateway.token.file` names."),
    FORBIDDEN(
            403,
            "Forbidden",
            "The role of the token does not include the operation, or its scope does not include what would be changed."
                    + " Nothing was changed.",
            "Use a token with the role and the scope that the detail names."),
    FOREIGN_ORIGIN(
            403,
            "Request of another server's web page",
            "The header `Origin` names another server than the gateway. A page of another server must not use the gateway.",
            "Open the gateway's own page. A program that is no browser sends no `Origin`."),
    NOT_FOUND(
            404,
            "Not found",
            "There is no container, host, profile, operation, system or token of that name, or the scope of the token that was shown does not include it.",
            "Check the name against the list. An operation is shown for 24 hours after its end."),
    UNKNOWN_PATH(
            404, "Unknown path", "The gateway serves nothing at that path.", "`GET /openapi.json` lists every path."),
    METHOD_NOT_ALLOWED(
            405,
            "Method not allowed",
            "The path exists and does not take that method. The header `Allow` lists the methods that it takes.",
            "Use one of those methods."),
    NO_SPEC(
            409,
            "No spec in force",
            "The container has no spec, since its evaluation failed, or waits for a host or for another container.",
            "`GET /v1/containers/NAME` shows the state of the evaluation and its errors."),
    SYSTEM_BUILDING(
            409,
            "System is being built",
            "The container's first system is being built, and the request did not wait for it.",
            "Wait with `wait=10min`, or follow `GET /v1/containers/NAME/build-log`."),
    NO_OTHER_SYSTEM(
            409,
            "No other system",
            "A rollback was asked for, and the container had no other system before.",
            "`GET /v1/containers/NAME/generations` lists the systems."),
    KEY_REUSED(
            409,
            "Idempotency key used before",
            "The `Idempotency-Key` belongs to another command, or to one that ended more than 24 hours ago.",
            "Use a new key for a new command."),
    NOT_RUNNING(
            409,
            "Not running",
            "A session was asked for in a container that does not run, or whose host is lost.",
            "Start the container, or the runner of its host."),
    SESSION_REFUSED(
            409,
            "Session not opened",
            "The host of the container did not open the session. The detail gives its reason.",
            "Remove the reason, and open the session again."),
    TOKEN_EXISTS(
            409,
            "Token exists",
            "There is a token of that name that has not expired, or there are as many tokens as there may be.",
            "Revoke a token first, or use another name."),
    CHANGED_MEANWHILE(
            409,
            "Changed meanwhile",
            "Someone else changed the definition while the request was carried out. Nothing was changed.",
            "Read the container again and repeat the request."),
    CURSOR_GONE(
            410,
            "Cursor is no longer served",
            "The cursor is older than 27 days, or of topics that were created anew. Changes after it may be gone.",
            "Begin anew without the cursor: take a new snapshot or the newest page."),
    PRECONDITION_FAILED(
            412,
            "Precondition failed",
            "`If-Match` names a revision that is not in force, or `If-None-Match: *` was given for something that exists."
                    + " Nothing was changed.",
            "Read it again, redo the change, and send the new `ETag`."),
    BODY_TOO_LARGE(
            413,
            "Body too large",
            "A definition or a profile has more than 256 KiB.",
            "Put large files into the container's root or a bind mount."),
    UNSUPPORTED_MEDIA_TYPE(
            415,
            "Unsupported media type",
            "The body's `Content-Type` is neither JSON nor YAML.",
            "Send `application/json` or `application/yaml`."),
    UNKNOWN_HOST(
            421,
            "Unknown host name",
            "The header `Host` has a name that is not the gateway's. Addresses, `localhost`, `gateway.names` and the names in"
                    + " the gateway's certificate are.",
            "Add the name to `gateway.names`. For requests through a reverse proxy, add its address to"
                    + " `gateway.trusted-proxies`."),
    INVALID_DEFINITION(
            422,
            "Invalid definition",
            "The definition or profile was read and is wrong. `errors` lists up to 50 errors, each with its path, value and"
                    + " remedy. Nothing was changed.",
            "Correct every error."),
    EVALUATION_FAILED(
            422,
            "Evaluation failed",
            "The definition is stored, but its evaluation failed. The last good spec, if any, stays in force. `errors`"
                    + " lists up to 50 errors.",
            "Correct every error and define the container again."),
    INTERNAL_ERROR(
            500,
            "Internal error",
            "The gateway failed to handle the request.",
            "The gateway's log gives the cause. Report it."),
    NOT_READY(
            503,
            "Not ready",
            "The gateway is catching up with the topics, or it is ending. `/readyz` gives the reason.",
            "Try again after `Retry-After` seconds."),
    TOO_MANY_REQUESTS(
            503,
            "Too many requests under way",
            "A bound of the gateway is reached: requests that wait, definitions that are checked, commands that are"
                    + " written, logs that are read, clients of the stream, or sessions.",
            "Try again after `Retry-After` seconds, or use another gateway."),
    HOST_UNAVAILABLE(
            503,
            "Host does not answer",
            "The runner of the container's host did not open the session in time.",
            "`GET /v1/hosts/HOST` shows whether the runner of the host is there."),
    BROKER_UNAVAILABLE(
            503,
            "Broker unavailable",
            "Kafka did not confirm a write in time, which may have been done, or could not be read.",
            "Send the request again, a command with the same `Idempotency-Key`.");

    /** Where the gateway serves what a type means; the type URIs are relative to the gateway. */
    static final String PATH = "/problems/";

    private final int status;
    private final String title;
    private final String meaning;
    private final String remedy;

    ProblemType(int status, String title, String meaning, String remedy) {
        this.status = status;
        this.title = title;
        this.meaning = meaning;
        this.remedy = remedy;
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }

    /** The last part of the URI. */
    String slug() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String uri() {
        return PATH + slug();
    }

    static Optional<ProblemType> of(String slug) {
        return Arrays.stream(values()).filter(type -> type.slug().equals(slug)).findFirst();
    }

    /** What it means, as a section in Markdown. */
    String section() {
        return "## " + slug() + "\n\n" + status + " " + title + "\n\n" + meaning + "\n\n" + remedy + "\n";
    }

    /** All types, as a page in Markdown. */
    static String page() {
        return """
                # Problems

                Every error of the API is a problem of RFC 9457, with the media type `application/problem+json`:

                | member | meaning |
                | --- | --- |
                | `type` | which of the problems below, as a path that the gateway serves: `/problems/NAME` |
                | `title` | the problem in a few words, always the same for a type |
                | `status` | the HTTP status |
                | `detail` | what is wrong with this request, and what to do |
                | `instance` | the path of the request |
                | `errors` | of a definition: each error with `path`, `value`, `origin`, `message` and `remedy` |

                This page is made from the code (`ProblemType`).

                """ + Arrays.stream(values()).map(ProblemType::section).collect(Collectors.joining("\n"));
    }
}
