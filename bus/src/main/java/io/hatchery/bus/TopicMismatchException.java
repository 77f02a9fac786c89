package io.hatchery.bus;

/** The topics on the broker are not those that this process is configured for; trying again does not help. */
public final class TopicMismatchException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** With what differs and what to do. */
    public TopicMismatchException(String message) {
        super(message);
    }
}
