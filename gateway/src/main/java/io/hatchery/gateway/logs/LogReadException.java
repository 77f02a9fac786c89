package io.hatchery.gateway.logs;

import org.jspecify.annotations.Nullable;

/** The logs of a container cannot be read. */
public final class LogReadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** Why. */
    public enum Kind {
        /** There is no such container, and there was none within the time that logs are kept. */
        NO_CONTAINER,
        /** The pattern takes too long. */
        PATTERN_TOO_SLOW,
        /** The broker does not answer, or refuses. */
        BROKER,
        /** An error of the gateway. */
        INTERNAL
    }

    /** With a message for the client. */
    LogReadException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** Why. */
    public Kind kind() {
        return kind;
    }
}
