package io.hatchery.spec.json;

/** Text that is not what it should be; the message says where and why, in words for the person who wrote it. */
public final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    /** With the words for the author of the text. */
    public UnreadableException(String message) {
        super(message);
    }

    /** With the words for the author of the text, and what the parser threw. */
    public UnreadableException(String message, Throwable cause) {
        super(message, cause);
    }
}
