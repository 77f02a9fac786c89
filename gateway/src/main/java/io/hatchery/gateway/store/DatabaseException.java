package io.hatchery.gateway.store;

/** The database could not be read or written: the disk is full or damaged, or a statement is wrong. */
public final class DatabaseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what failed
     * @param cause why
     */
    public DatabaseException(String message, Throwable cause) {
        super(message, cause);
    }
}
