package io.hatchery.gateway.stream;

/** The way to one stream client. Calls come on one context, and so does what it calls back. */
public interface OutboundChannel {
    /** Whether nothing can be sent any more. */
    boolean isClosed();

    /** Whether so much waits to be sent that no more should be written until it has drained. */
    boolean isFull();

    /** Sends a text message. */
    void write(String text);

    /**
     * Ends the connection.
     *
     * @param code a close code of RFC 6455
     * @param reason at most 123 bytes
     */
    void close(int code, String reason);

    /** Runs something each time that it is no longer full. */
    void onDrained(Runnable flush);
}
