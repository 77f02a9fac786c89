package io.hatchery.bus;

/** Kafka refused or did not answer. */
public final class BusException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With what is wrong and what to do. */
    public BusException(String message) {
        super(message);
    }

    /** With what is wrong, and why. */
    public BusException(String message, Throwable cause) {
        super(
                message + ": "
                        + (cause.getCause() == null
                                ? cause.getMessage()
                                : cause.getCause().getMessage()),
                cause);
    }
}
