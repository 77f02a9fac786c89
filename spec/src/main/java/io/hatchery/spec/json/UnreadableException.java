package io.hatchery.spec.json;

/** Text that cannot be read; the message names the place and the reason for the author of the text. */
public final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Creates an exception with a message for the author of the text. */
    public UnreadableException(String message) {
        super(message);
    }

    /** Creates an exception with a message for the author of the text and the parser's exception. */
    public UnreadableException(String message, Throwable cause) {
        super(message, cause);
    }
}
