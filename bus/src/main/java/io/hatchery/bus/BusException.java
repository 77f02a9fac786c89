package io.hatchery.bus;

/** Kafka refused or did not answer. */
public final class BusException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the problem and the remedy. */
    public BusException(String message) {
        super(message);
    }

    /** With the problem and its cause. */
    public BusException(String message, Throwable cause) {
        super(
                message + ": "
                        + (cause.getCause() == null
                                ? cause.getMessage()
                                : cause.getCause().getMessage()),
                cause);
    }
}
