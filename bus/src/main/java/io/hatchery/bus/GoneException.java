package io.hatchery.bus;

/** What was asked for has been deleted from its topic, or never was there. */
public final class GoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With what is gone. */
    public GoneException(String message) {
        super(message);
    }
}
