package io.hatchery.gateway.view;

/** In which order containers are listed. Those that are equal come in the order of their names. */
public enum ContainerSort {
    /** By name. */
    NAME("name"),
    /** By the name of the host; those without a host come first. */
    HOST("host"),
    /** By phase; those that need attention come first: failed, unknown, backoff, and so on. */
    PHASE("phase"),
    /** By the time at which the container entered its phase, as its host published it; those without a status come first. */
    CHANGED("changed");

    private final String word;

    ContainerSort(String word) {
        this.word = word;
    }

    /** The word in queries. */
    public String word() {
        return word;
    }
}
