package io.hatchery.acceptance;

/** The services, in the order in which they are started. */
enum Service {
    BROKER("broker"),
    CONFIG("config-service"),
    RUNNER("runner"),
    GATEWAY("gateway");

    private final String command;

    Service(String command) {
        this.command = command;
    }

    String command() {
        return command;
    }
}
