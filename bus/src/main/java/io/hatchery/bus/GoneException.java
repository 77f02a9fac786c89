package io.hatchery.bus;

/** The requested records were deleted from their topic, or never existed. */
public final class GoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the records that are gone. */
    public GoneException(String message) {
        super(message);
    }
}
