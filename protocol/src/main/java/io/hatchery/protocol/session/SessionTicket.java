package io.hatchery.protocol.session;

/**
 * What a runner needs to open the websocket of a session at the gateway that asked for it. It admits once, until the deadline of its
 * command.
 *
 * @param gateway the URL of that gateway, without a slash at its end
 * @param secret proves that the runner has read the command
 */
public record SessionTicket(String gateway, String secret) {
    /** Hides the secret. */
    @Override
    public String toString() {
        return "SessionTicket[gateway=" + gateway + "]";
    }
}
